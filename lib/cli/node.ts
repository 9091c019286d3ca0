import module from 'node:module';

/** The oldest Node.js that package.json allows. */
const [MAJOR, MINOR] = [20, 9];

// Imported before all the rest, which an older one may not even read.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < MAJOR || (major === MAJOR && minor < MINOR)) {
  process.stderr.write(
    `error: faasten needs Node.js ${MAJOR}.${MINOR} or newer, and this is ${process.versions.node}; install a newer one: https://nodejs.org\n`,
  );
  process.exit(1);
}

// So that node keeps what it has compiled for the next time. From node 22.1 on.
// https://nodejs.org/api/module.html#moduleenablecompilecachecachedir
(module as { enableCompileCache?(): unknown }).enableCompileCache?.();
