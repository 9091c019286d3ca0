import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { zip } from '../../lib/bundling/index.js';
import { bundleInChild, handlers, names, Project, temporary } from './project.js';

/** All files below a folder. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function flipByte(file: string): void {
  const bytes = readFileSync(file);
  bytes[bytes.length >> 1]! ^= 1;
  writeFileSync(file, bytes);
}

const DAMAGES: Record<string, (file: string) => void> = {
  'a bit is wrong': flipByte,
  'the end is missing': (file) => truncateSync(file, statSync(file).size >> 1),
  'it is empty': (file) => truncateSync(file, 0),
  'it is missing': (file) => rmSync(file),
  'something follows': (file) => appendFileSync(file, '\n{"a":1}\n'),
  'it is something else': (file) => writeFileSync(file, '[null, 1, "x"]'),
  'it is a folder': (file) => {
    rmSync(file);
    mkdirSync(file);
  },
};

describe.each(Object.entries(DAMAGES))('a damaged cache, where %s,', (_, damage) => {
  it('gives what an undamaged one gives, whichever file it is', () => {
    const project = new Project({ ...handlers(2), 'node_modules/dep/index.js': 'exports.a = 1;\n' });
    project.write({ 'handlers/f0.ts': "import { a } from 'dep';\nexport default () => a;\n" });
    const whole = project.bundle(names(2));
    const zips = whole.map((artifact) => Buffer.from(zip(artifact)).toString('base64'));
    for (const file of filesBelow(project.cache)) {
      damage(file);
      const again = project.bundle(names(2));
      expect(again.map(({ hash, files }) => ({ hash, files }))).toEqual(whole.map(({ hash, files }) => ({ hash, files })));
      expect(again.map((artifact) => Buffer.from(zip(artifact)).toString('base64'))).toEqual(zips);
    }
  });

  it('gives what an undamaged one gives, where everything is so', () => {
    const project = new Project(handlers(2));
    const whole = project.bundle(names(2));
    for (const file of filesBelow(project.cache)) damage(file);
    expect(project.bundle(names(2))).toEqual(whole);
    expect(project.bundle(names(2))).toEqual(whole);
  });
});

describe('a cache that cannot be written', () => {
  it('is none: bundles are made in a folder that goes with the process', () => {
    const project = new Project(handlers(1));
    const expected = project.one('handlers/f0.ts').hash;
    const file = join(temporary(), 'file');
    writeFileSync(file, '');
    const [made] = bundleInChild([project.request('handlers/f0.ts')], { settings: { cacheDirectory: join(file, 'cache') } });
    expect(made!.hash).toBe(expected);
    expect(statSync(made!.directory, { throwIfNoEntry: false })).toBeUndefined();
  });

  it('is none where its folders are files', () => {
    const project = new Project(handlers(1));
    const expected = project.one('handlers/f0.ts').hash;
    rmSync(project.cache, { recursive: true });
    mkdirSync(project.cache);
    for (const name of ['work', 'artifacts', 'index', 'groups', 'native', 'stat.json', 'pruned'])
      writeFileSync(join(project.cache, name), '');
    expect(project.one('handlers/f0.ts').hash).toBe(expected);
  });
});

describe('a cache that gets old', () => {
  const DAY_MS = 86_400_000;
  const age = (path: string, days: number): void => {
    const time = new Date(Date.now() - days * DAY_MS);
    utimesSync(path, time, time);
  };

  it('forgets what nobody used for a month, and keeps what was used', () => {
    const project = new Project({ ...handlers(3), 'node_modules/dep/index.js': 'exports.a = 1;\n' });
    project.write({ 'handlers/f0.ts': "export { a as default } from 'dep';\n" });
    const artifacts = project.bundle(names(2));
    for (const folder of ['artifacts', 'index', 'groups'])
      for (const name of readdirSync(join(project.cache, folder))) age(join(project.cache, folder, name), 31);
    age(join(project.cache, 'pruned'), 1);
    project.bundle(['handlers/f1.ts', 'handlers/f2.ts']);
    expect(statSync(artifacts[0]!.directory, { throwIfNoEntry: false })).toBeUndefined();
    expect(statSync(artifacts[1]!.directory, { throwIfNoEntry: false })).toBeDefined();
    expect(project.bundle(names(2)).map(({ hash }) => hash)).toEqual(artifacts.map(({ hash }) => hash));
  });

  it('forgets the longest unused when it is too large', () => {
    const project = new Project(handlers(4));
    const [old, older] = project.bundle(names(2));
    age(old!.directory, 1);
    age(older!.directory, 2);
    age(join(project.cache, 'pruned'), 1);
    const kept = [old!, older!].map(({ files }) => files.reduce((sum, { bytes }) => sum + bytes, 0));
    const [young] = project.bundle(['handlers/f2.ts'], {}, { cacheMaxBytes: kept[0]! + kept[1]! + 100 });
    expect([old, older, young].map((artifact) => statSync(artifact!.directory, { throwIfNoEntry: false }) !== undefined)).toEqual(
      [true, false, true],
    );
  });
});
