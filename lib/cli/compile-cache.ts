import module from 'node:module';

// Imported before all the rest, so that node keeps what it has compiled for the next time. From node 22.1 on.
// https://nodejs.org/api/module.html#moduleenablecompilecachecachedir
(module as { enableCompileCache?(): unknown }).enableCompileCache?.();
