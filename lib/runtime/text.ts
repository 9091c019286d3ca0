/** What a JSON text means; `otherwise` when it is none. */
export function parsed(text: string, otherwise?: unknown): any {
  try {
    return JSON.parse(text);
  } catch {
    return otherwise;
  }
}

/** What a percent-encoded text means; undefined when it is not properly encoded. */
export function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
