/** The console without an engine, for working on it: `npx tsx console/dev/start.ts`. */
import { join } from 'node:path';
import { startConsole } from '../../lib/platforms/local/console/server.js';
import { FakeInspector } from './fake.js';

const inspector = new FakeInspector({ empty: process.argv.includes('--empty') });
if (!process.argv.includes('--empty')) inspector.play();
const pages = join(__dirname, '../../dist/console');
void startConsole({ inspector, pages, port: Number(process.env.PORT ?? 4321) }).then(({ url }) => console.log(url));
