import type { ErrorSummary, LogLine } from '../console/protocol.js';

const LEVELS: Readonly<Record<string, LogLine['level']>> = { DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' };

/** Characters of a line that are kept. */
const LINE = 16 * 1024;

/** Makes log lines of what an invocation prints: those of the runtime's logger are JSON, others are taken as they are. */
export class OutputReader {
  /** Of the last line that told one. */
  error?: ErrorSummary;
  private rest = '';

  constructor(private readonly onLine: (line: LogLine) => void) {}

  take(text: string, dropped: boolean): void {
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop()!.slice(0, LINE);
    for (const line of lines) this.line(line);
    if (dropped) this.onLine({ timeMs: Date.now(), level: 'warn', message: 'more output of this invocation was dropped' });
  }

  end(): void {
    if (this.rest !== '') this.line(this.rest);
    this.rest = '';
  }

  private line(text: string): void {
    const entry = text.startsWith('{') ? jsonOf(text) : undefined;
    const level = LEVELS[String(entry?.level)];
    if (!entry || !level || typeof entry.message !== 'string') {
      if (text.trim() !== '') this.onLine({ timeMs: Date.now(), level: 'info', message: text.slice(0, LINE) });
      return;
    }
    const { timestamp, level: _level, severity, message, function: _function, requestId, traceId, ...fields } = entry;
    const error = fields.error as ErrorSummary | undefined;
    if (level === 'error' && typeof error?.message === 'string') {
      this.error = { name: String(error.name), message: error.message, stack: error.stack };
    }
    this.onLine({
      timeMs: Date.parse(String(timestamp)) || Date.now(),
      level,
      message: message.slice(0, LINE),
      ...(Object.keys(fields).length > 0 && { fields }),
    });
  }
}

function jsonOf(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
