// Loaded before the command: has Node load what it is made of, and lets it go on when a line comes in. So the next process is started
// while the one before still has the data.
const { join } = require('node:path');
const { readSync } = require('node:fs');

const dist = join(__dirname, '../../../../dist');
require(dist);
require(join(dist, 'platforms/local'));
for (const name of ['classic-level', 'croner', 'jiti', 'esbuild']) require(name);
// Nobody is there any more who would end it.
if (readSync(0, Buffer.alloc(1)) === 0) process.exit();
