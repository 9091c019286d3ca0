/**
 * kubeconform, against schemas made from the CRDs of Knative, Gateway API, Rook, KEDA and the Prometheus operator, and from
 * Kubernetes' own OpenAPI documents. Fields that a schema does not list are findings, as in strict server-side validation.
 */
import { join } from 'node:path';
import { type Availability, enginesDirectory, installed, run } from './engine.js';

export interface ManifestFinding {
  /** `Kind/name` of the manifest. */
  readonly resource: string;
  /** JSON pointer to the value, where the finding has one. */
  readonly path: string;
  readonly message: string;
}

interface Report {
  readonly resources?: readonly {
    readonly kind: string;
    readonly name: string;
    readonly version: string;
    readonly status: 'statusValid' | 'statusInvalid' | 'statusError' | 'statusSkipped' | 'statusEmpty' | '';
    readonly msg: string;
  }[];
}

export function available(): Availability {
  for (const path of ['bin/kubeconform', 'schemas/serving.knative.dev/service_v1.json']) {
    const found = installed('install-kubernetes.sh', 'kubernetes', path);
    if ('reason' in found) return found.reason;
  }
  return true;
}

/**
 * Everything that is wrong with the manifests of a YAML text; empty when all are valid.
 *
 * @throws when the text holds no manifest: nothing checked is not the same as nothing wrong.
 */
export function validateManifests(yamlText: string): ManifestFinding[] {
  const home = join(enginesDirectory, 'kubernetes');
  const schemas = `${home}/schemas/{{ .Group }}/{{ .ResourceKind }}_{{ .ResourceAPIVersion }}.json`;
  const args = ['-strict', '-verbose', '-summary', '-output', 'json', '-schema-location', schemas, '-'];
  const { stdout, stderr } = run(join(home, 'bin', 'kubeconform'), args, { input: yamlText });
  if (!stdout.trim()) throw new Error(`kubeconform gave no report: ${stderr.trim()}`);
  const resources = ((JSON.parse(stdout) as Report).resources ?? []).filter(
    (each) => each.status && each.status !== 'statusEmpty',
  );
  if (resources.length === 0) throw new Error('kubeconform found no manifest in the text');
  return resources
    .filter((each) => each.status !== 'statusValid')
    .flatMap((each) => {
      const resource = `${each.kind || '?'}/${each.name || '?'}`;
      const leaves = violations(each.msg);
      return leaves.length > 0 ? leaves.map((leaf) => ({ resource, ...leaf })) : [{ resource, path: '', message: each.msg }];
    });
}

/** The report's `validationErrors` stop at the outermost level; its message has the whole tree: `- at '<pointer>': <what>`. */
function violations(message: string): { path: string; message: string }[] {
  return message
    .split(/\s+- at '/)
    .slice(1)
    .map((part) => {
      const end = part.indexOf("': ");
      return { path: part.slice(0, end), message: part.slice(end + 3).trim() };
    })
    .filter((each) => !/^(validation|allOf) failed$/.test(each.message));
}
