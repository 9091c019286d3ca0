/** What every target that asks in PromQL writes alike. */

/** `5m`, `1h30m`: https://prometheus.io/docs/prometheus/latest/querying/basics/#float-literals-and-time-durations */
export function duration(seconds: number): string {
  const units: [number, string][] = [
    [86_400, 'd'],
    [3600, 'h'],
    [60, 'm'],
    [1, 's'],
  ];
  let left = seconds;
  const parts = units.map(([size, unit]) => {
    const count = Math.floor(left / size);
    left -= count * size;
    return count > 0 ? `${count}${unit}` : '';
  });
  return parts.join('') || '0s';
}

/** A text that a regular expression takes as it is. */
export function escaped(text: string): string {
  return text.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&');
}
