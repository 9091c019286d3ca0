/**
 * Runs the files of blocks, given on standard input as `[{ file, folder, target }]`, in one process, and synthesizes what they make:
 * `[{ synthesized: ['aws'], refused: ['google'], errors: [] }]` on standard output. A class or function that a block exports is put into a stack of each target.
 */
const { mkdirSync, readFileSync, writeFileSync } = require('node:fs');
const { dirname, join } = require('node:path');
const { register } = require('tsx/cjs/api');
const { Construct, Dependable } = require('constructs');

register();
const { synthesize } = require('faasten/testing');
const out = process.stdout.write.bind(process.stdout);
console.log = () => undefined;

/** Every construct passes here when it is made: trees that a block made are those of its roots. */
const roots = new Set();
const implement = Dependable.implement;
Dependable.implement = (instance, trait) => {
  if (Construct.isConstruct(instance) && instance.node.scope === undefined) roots.add(instance);
  implement.call(Dependable, instance, trait);
};

const UNITS = { aws: '@aws-cdk/core.Stack', google: 'cdktf/TerraformStack', kubernetes: 'cdk8s.Chart' };
const HOSTS = {
  aws: () => new (require('aws-cdk-lib').Stack)(new (require('aws-cdk-lib').App)(), 'stack'),
  google: () => {
    const { App, TerraformStack } = require('cdktf');
    mkdirSync('cdktf.out', { recursive: true });
    const stack = new TerraformStack(new App(), 'stack');
    new (require('@cdktf/provider-google/lib/provider').GoogleProvider)(stack, 'google', {
      project: 'docs',
      region: 'europe-west1',
    });
    return stack;
  },
  kubernetes: () => new (require('cdk8s').Chart)(new (require('cdk8s').App)(), 'chart', { namespace: 'docs' }),
};

/** Synthesizes all trees that were made; the targets there were. */
function synthesizeAll() {
  const targets = new Set();
  for (const root of roots) {
    for (const [target, marker] of Object.entries(UNITS)) {
      const units = root.node.findAll().filter((each) => Symbol.for(marker) in each && each.node.findAll().length > 1);
      for (const unit of units) {
        if (Object.keys(synthesize(unit)).length > 0) targets.add(target);
      }
    }
  }
  roots.clear();
  return [...targets];
}

/** What a block exports for others to place: constructs, and functions that take a scope. */
function placeable(exported, source) {
  return Object.entries(exported ?? {}).flatMap(([name, value]) => {
    if (typeof value !== 'function') return [];
    if (value.prototype instanceof Construct) return value.length <= 2 ? [(scope) => new value(scope, 'Placed')] : [];
    return new RegExp(`function ${name}\\(scope: Construct\\)`).test(source) ? [value] : [];
  });
}

/** Runs `make`, again and again where a function's code is missing that no block shows: it is made up. */
function withCode(folder, make) {
  for (;;) {
    try {
      return make();
    } catch (error) {
      const [, type, path] = /there is no (file|directory) '([^']+)'/.exec(error.message) ?? [];
      if (error.code !== 'code-missing' || !path.startsWith(folder)) throw error;
      mkdirSync(type === 'file' ? dirname(path) : path, { recursive: true });
      writeFileSync(type === 'file' ? path : join(path, 'index.js'), 'export default {};\n');
      for (const key of Object.keys(require.cache)) if (key.startsWith(folder)) delete require.cache[key];
      roots.clear();
    }
  }
}

const results = JSON.parse(readFileSync(0, 'utf8')).map(({ file, folder, target }) => {
  const synthesized = new Set();
  const refused = [];
  const errors = [];
  roots.clear();
  process.chdir(folder);
  const attempt = (make) => {
    withCode(folder, make);
    for (const each of synthesizeAll()) synthesized.add(each);
  };
  try {
    attempt(() => require(join(folder, file)));
    const places = placeable(require(join(folder, file)), readFileSync(file, 'utf8'));
    for (const host of places.length > 0 ? (target ? [target] : Object.keys(HOSTS)) : []) {
      try {
        for (const place of places) attempt(() => place(HOSTS[host]()));
      } catch (error) {
        // What a target cannot do it says, and the table of support.
        if (!target && error.code === 'unsupported') refused.push(host);
        else errors.push(`${host}: ${error.stack}`);
      }
    }
  } catch (error) {
    errors.push(String(error.stack));
  }
  return { synthesized: [...synthesized], refused, errors };
});
out(JSON.stringify(results), () => process.exit(0));
