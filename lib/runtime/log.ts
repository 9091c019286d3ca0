import type { Logger } from './context.js';

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;

/** Shorter values are not searched for: they would hide parts of ordinary words, and keep no secret. */
const SHORTEST_SECRET = 4;

/** Writes lines of JSON for an invocation; see `Logger`. */
export interface LogSettings {
  /** `debug`, `info`, `warn` or `error`; anything else is `info`. */
  readonly level?: string;
  /** Values that must not be in a line. */
  readonly secrets: Iterable<string>;
  /** @default process.stdout */
  readonly write?: (line: string) => void;
}

/**
 * A logger whose lines carry `fields`. `level` is what CloudWatch reads, `severity` what Google Cloud Logging reads. Lines are
 * written as they are, past `console`, to which Lambda adds a prefix that is no JSON.
 */
export function logger(fields: object, { level: least = '', secrets, write = print }: LogSettings): Logger {
  const from = LEVELS.indexOf(least.toLowerCase() as 'info');
  const entry = (level: (typeof LEVELS)[number]) => (message: string, more?: object) => {
    if (LEVELS.indexOf(level) < (from < 0 ? 1 : from)) return;
    const severity = level === 'warn' ? 'WARNING' : level.toUpperCase();
    const own = { timestamp: new Date().toISOString(), level: level.toUpperCase(), severity, message, ...fields };
    write(`${JSON.stringify(plain({ ...own, ...more, ...own }, [...secrets], []))}\n`);
  };
  return { debug: entry('debug'), info: entry('info'), warn: entry('warn'), error: entry('error') };
}

function print(line: string): void {
  process.stdout.write(line);
}

/** What JSON can hold of a value, without secrets. Never throws. */
function plain(value: any, secrets: string[], parents: object[]): unknown {
  if (typeof value === 'bigint' || typeof value === 'symbol') return String(value);
  if (typeof value === 'string') {
    return secrets.reduce(
      (text, secret) => (secret.length < SHORTEST_SECRET ? text : text.replaceAll(secret, '[secret]')),
      value,
    );
  }
  if (typeof value !== 'object' || value === null) return value;
  if (parents.includes(value)) return '[circular]';
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  try {
    const within = [...parents, value];
    if (Array.isArray(value)) return value.map((item) => plain(item, secrets, within));
    const { name, message, stack, cause, errors } = value;
    const source = value instanceof Error ? { ...value, name, message, stack, cause, errors } : (value.toJSON?.() ?? value);
    if (typeof source !== 'object') return plain(source, secrets, within);
    return Object.fromEntries(Object.entries(source).map(([key, item]) => [key, plain(item, secrets, within)]));
  } catch (error) {
    return `[unreadable: ${error}]`;
  }
}
