/** Sample events of `sam local generate-event`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { installed } from './engine.js';

const found = installed('install-sam-events.sh', 'sam-events', 'event-mapping.json');

/** True, or why there are none. */
export const available = 'path' in found || found.reason;

/** A sample with its defaults filled in. */
export function generated(service: string, name: string): any {
  const { path } = found as { path: string };
  const { filename, tags } = JSON.parse(readFileSync(path, 'utf8'))[service][name];
  const template = readFileSync(join(path, '..', 'events', service, `${filename}.json`), 'utf8');
  return JSON.parse(
    template.replace(/\{\{\{?([\w-]+)\}?\}\}/g, (_, key: string) => {
      const tag = tags[key] ?? tags[key.replaceAll('_', '-')];
      const value = String(tag?.default ?? 'x');
      return (tag?.encoding === 'base64' ? Buffer.from(value).toString('base64') : value).replace(/["\\]/g, '\\$&');
    }),
  );
}
