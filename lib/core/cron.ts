import { FaastenError, shown } from './errors.js';
import type { CronField, CronSpec } from './model.js';

const FIELDS = [
  { name: 'minute', min: 0, max: 59, words: [] },
  { name: 'hour', min: 0, max: 23, words: [] },
  { name: 'day of month', min: 1, max: 31, words: [] },
  { name: 'month', min: 1, max: 12, words: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'] },
  { name: 'day of week', min: 0, max: 7, words: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
] as const;

const LONGEST_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * Reads the five fields of crontab(5): minute, hour, day of month, month, day of week; `*`, lists, ranges, steps, names of
 * months and days. The targets' dialects differ (EventBridge has six fields and counts Sunday as 1), so it is read into what
 * it means, and each platform writes its own.
 * @throws for anything else, and for a date that never comes
 */
export function parseCron(source: string): CronSpec {
  const texts = source.trim().split(/\s+/);
  if (texts.length !== 5) {
    throw bad(
      source,
      `it has ${texts.length} fields`,
      "give five: minute, hour, day of month, month, day of week, as in '0 3 * * *'",
    );
  }
  const [minute, hour, dayOfMonth, month, dayOfWeek] = FIELDS.map((field, index) => parseField(source, texts[index]!, field)) as [
    CronField,
    CronField,
    CronField,
    CronField,
    CronField,
  ];
  const days =
    dayOfWeek === '*'
      ? '*'
      : wholeRange(
          [...new Set(dayOfWeek.map((day) => day % 7))].sort((a, b) => a - b),
          7,
        );
  if (dayOfMonth !== '*' && days === '*') {
    const months = month === '*' ? LONGEST_MONTH.map((_, index) => index + 1) : month;
    if (!months.some((m) => dayOfMonth.some((day) => day <= LONGEST_MONTH[m - 1]!))) {
      throw bad(source, 'none of its months has such a day', 'choose a date that exists');
    }
  }
  if (dayOfMonth !== '*' && days !== '*') {
    throw bad(
      source,
      'it restricts both the day of month and the day of week, which crontab reads as «or» and no cloud has',
      'leave one of them * and declare two triggers',
    );
  }
  return { source, minute, hour, dayOfMonth, month, dayOfWeek: days };
}

function parseField(source: string, text: string, field: (typeof FIELDS)[number]): CronField {
  const values = new Set<number>();
  for (const part of text.split(',')) {
    const match = /^(\*|[a-z0-9]+)(?:-([a-z0-9]+))?(?:\/(\d+))?$/i.exec(part);
    if (!match)
      throw bad(
        source,
        `its ${field.name} is ${shown(text)}`,
        `use *, numbers from ${field.min} to ${field.max}, ranges, lists and steps`,
      );
    const [, first, last, step] = match;
    const from = first === '*' ? field.min : fieldValue(source, first!, field);
    const to =
      last !== undefined
        ? fieldValue(source, last, field)
        : first === '*'
          ? field.max === 7
            ? 6
            : field.max
          : step
            ? field.max
            : from;
    const by = step === undefined ? 1 : Number(step);
    if (by < 1 || from > to || (first === '*' && last !== undefined)) {
      throw bad(source, `its ${field.name} is ${shown(text)}`, 'give ranges from low to high and steps of 1 or more');
    }
    for (let value = from; value <= to; value += by) values.add(value);
  }
  return wholeRange(
    [...values].sort((a, b) => a - b),
    field.max === 7 ? 7 : field.max - field.min + 1,
  );
}

function wholeRange(values: number[], size: number): CronField {
  return values.length === size ? '*' : values;
}

function fieldValue(source: string, text: string, field: (typeof FIELDS)[number]): number {
  const word = (field.words as readonly string[]).indexOf(text.toLowerCase());
  const value = word >= 0 ? word + (field.max === 12 ? 1 : 0) : /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= field.min && value <= field.max)) {
    throw bad(source, `its ${field.name} has ${shown(text)}`, `use ${field.min} to ${field.max}`);
  }
  return value;
}

function bad(source: string, wrong: string, advice: string): FaastenError {
  return new FaastenError('invalid-value', `the cron expression ${shown(source)} cannot be used: ${wrong}; ${advice}`);
}
