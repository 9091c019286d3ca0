/** Shorter values are not searched for: they would hide parts of ordinary words, and keep no secret. */
const SHORTEST = 4;

/** Takes values of secrets out of what is shown. */
export class Redaction {
  private readonly pattern?: RegExp;

  constructor(secrets: Iterable<string>) {
    const values = [...new Set(secrets)].filter((value) => value.length >= SHORTEST).sort((a, b) => b.length - a.length);
    if (values.length > 0)
      this.pattern = new RegExp(values.map((value) => value.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|'), 'g');
  }

  text(text: string): string {
    return this.pattern ? text.replace(this.pattern, '[secret]') : text;
  }

  /** In everything that JSON holds. */
  value<T>(value: T): T {
    return this.pattern
      ? JSON.parse(JSON.stringify(value), (_, item) => (typeof item === 'string' ? this.text(item) : item))
      : value;
  }
}
