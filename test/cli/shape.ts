/** What a payload is made of: the type of each value by its path, the items of lists together. */
export function shapeOf(value: unknown, path = '', shape: Record<string, string> = {}): Record<string, string> {
  if (Array.isArray(value)) {
    for (const item of value) shapeOf(item, `${path}[]`, shape);
  } else if (value !== null && typeof value === 'object') {
    for (const [key, item] of Object.entries(value)) shapeOf(item, path ? `${path}.${key}` : key, shape);
  } else shape[path] = value === null ? 'null' : typeof value;
  return shape;
}

/** Paths that only one of two payloads has, and those of different types. `ignored` are what callers choose: headers, attributes, … */
export function differences(
  ours: unknown,
  theirs: unknown,
  ignored: RegExp,
): { missing: string[]; made: string[]; types: string[] } {
  const own = shapeOf(ours);
  const other = shapeOf(theirs);
  const counts = (path: string) => !ignored.test(path);
  return {
    missing: Object.keys(other).filter((path) => !(path in own) && counts(path)),
    made: Object.keys(own).filter((path) => !(path in other) && counts(path)),
    types: Object.keys(own).filter((path) => path in other && own[path] !== other[path] && counts(path)),
  };
}
