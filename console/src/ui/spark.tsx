import type { MetricsPoint } from '../../../lib/platforms/local/console/protocol.js';
import { count, duration } from '../format.js';

/** Invocations over time as small columns, failures on top in red. The figures beside it say the same. */
export function Spark({
  series,
  height = 24,
  width = 120,
}: {
  series: readonly MetricsPoint[];
  height?: number;
  width?: number;
}) {
  const most = Math.max(1, ...series.map(({ invocations }) => invocations));
  const step = width / Math.max(1, series.length);
  const columns = (of: (point: MetricsPoint) => number) =>
    series
      .map((point, index) => {
        const tall = of(point) === 0 ? 0 : Math.max(2, (of(point) / most) * height);
        return tall === 0
          ? ''
          : `M${(index * step).toFixed(1)} ${height}h${Math.max(1, step - 1).toFixed(1)}v-${tall.toFixed(1)}h-${Math.max(1, step - 1).toFixed(1)}z`;
      })
      .join('');
  return (
    <svg
      class="spark"
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      aria-hidden="true"
      preserveAspectRatio="none"
    >
      <path class="spark-ground" d={`M0 ${height - 0.5}H${width}`} />
      <path class="spark-all" d={columns(({ invocations }) => invocations)} />
      <path class="spark-errors" d={columns(({ errors }) => errors)} />
    </svg>
  );
}

/** The p95 duration over time, as a line that breaks where nothing ran. */
export function DurationLine({
  series,
  height = 120,
  width = 600,
}: {
  series: readonly MetricsPoint[];
  height?: number;
  width?: number;
}) {
  const values = series.map(({ p95DurationMs }) => p95DurationMs);
  const most = Math.max(1, ...values.map((value) => value ?? 0));
  const step = width / Math.max(1, series.length);
  let pen = 'M';
  const line = values
    .map((value, index) => {
      if (value === undefined) {
        pen = 'M';
        return '';
      }
      const command = `${pen}${((index + 0.5) * step).toFixed(1)} ${(height - 4 - (value / most) * (height - 12)).toFixed(1)}`;
      pen = 'L';
      // A single point is a dot.
      return values[index - 1] === undefined && values[index + 1] === undefined ? `${command}h.1` : command;
    })
    .join('');
  const invocations = series.reduce((sum, point) => sum + point.invocations, 0);
  return (
    <svg
      class="duration-line"
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`95th percentile of the duration, at most ${duration(most)}, over ${count(invocations)} invocations`}
    >
      <path class="spark-ground" d={`M0 ${height - 0.5}H${width}`} />
      <path class="line" d={line} vector-effect="non-scaling-stroke" />
    </svg>
  );
}
