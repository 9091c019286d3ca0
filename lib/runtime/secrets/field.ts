/** The value, or one field of it where it is JSON. Errors name the field, never what stands in the value. */
export function fieldOf(secret: string, value: string, field: string | undefined): string {
  if (field === undefined) return value;
  let fields: unknown;
  try {
    fields = JSON.parse(value);
  } catch {
    throw new Error(`secret '${secret}' is no JSON, so it has no field '${field}'`);
  }
  const found =
    fields !== null && typeof fields === 'object' && Object.hasOwn(fields, field)
      ? (fields as Record<string, unknown>)[field]
      : undefined;
  if (found === undefined || found === null) throw new Error(`secret '${secret}' has no field '${field}'`);
  return typeof found === 'string' ? found : JSON.stringify(found);
}
