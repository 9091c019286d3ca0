import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Yaml } from 'cdk8s';
import { expect, test } from 'vitest';
import { host } from '../../../lib/platforms/kubernetes/app.js';

const base64 = (bytes: number) => Buffer.alloc(bytes, 7).toString('base64');

test.each([1000, 11_000_000])('manifests are listed, however much code is in them: %d bytes', (bytes) => {
  const folder = mkdtempSync(join(tmpdir(), 'listing-'));
  try {
    const manifests = [
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'a' },
        binaryData: { 'index.mjs': base64(bytes), 'b.mjs': base64(10) },
        immutable: true,
      },
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'b' },
        data: { text: 'kind: Other\n---\napiVersion: v2\nbinaryData:\n  a: AAAA\n' },
      },
      {
        apiVersion: 'serving.knative.dev/v1',
        kind: 'Service',
        metadata: { name: 'c' },
        spec: { kind: 'x', template: { kind: 'y' } },
      },
    ];
    writeFileSync(join(folder, 'shop.k8s.yaml'), Yaml.stringify(...manifests));
    expect(host.list(folder)).toEqual({
      types: ['ConfigMap (v1)', 'ConfigMap (v1)', 'Service (serving.knative.dev/v1)'],
      codeBytes: bytes + 10,
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
