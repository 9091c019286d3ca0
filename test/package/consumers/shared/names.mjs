// Which names `require` sees and `import` does not, by entry point.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const result = {};
for (const entry of process.argv.slice(2)) {
  const imported = Object.keys(await import(entry));
  const required = Object.keys(require(entry)).filter((name) => name !== '__esModule');
  result[entry] = { missing: required.filter((name) => !imported.includes(name)), count: required.length };
}
console.log(JSON.stringify(result));
