import { useEffect, useRef, useState } from 'preact/hooks';
import type { Timeline, TimelineBar, TimelineLane } from '../../../lib/platforms/local/console/protocol.js';
import { clock, count, dayAndClock, duration, mebibytes, memoryTime, plural } from '../format.js';
import { api } from '../state/api.js';
import { generation, recent } from '../state/live.js';
import { useResource } from '../state/resource.js';
import { to } from '../state/router.js';
import { type SpanName, spanMs, spanName, spanText, useLast, windowOf } from '../state/window.js';
import { ErrorNote, Loading, now, View } from '../ui/parts.js';
import { ScaleHead } from '../ui/scale.js';
import { labelOf } from './addresses.js';
import { SpanChoice } from './functions.js';

/** Resolution of the bars that is asked for; the picture is scaled to its place. */
const PIXELS = 1200;

export function TimelineView() {
  const span = spanName('5m');
  const fast = span === '5m' || now.value - (recent.value[0]?.startTimeMs ?? 0) < 10_000;
  const round = Math.floor(now.value / (fast ? 2000 : 15_000));
  const timeline = useResource(`${span} ${generation.value} ${round}`, () => api.timeline(windowOf(span, Date.now()), PIXELS));
  const shown = useLast(timeline.data, span);
  return (
    <View
      title="Timeline"
      wide
      lead="What ran when. The idea of serverless is the empty space: an app that is always on keeps all of it."
      actions={<SpanChoice otherwise="5m" />}
    >
      {timeline.error && <ErrorNote error={timeline.error} retry={timeline.reload} />}
      {shown === undefined && !timeline.error && <Loading lines={6} />}
      {shown && (
        <>
          <Comparison timeline={shown} span={lengthOf(shown, span)} />
          {isCut(shown, span) && (
            <p class="hint">
              Only the latest runs are kept: what ran before {clock(shown.window.fromTimeMs)} is not known any more, and not
              counted.
            </p>
          )}
          <Lanes timeline={shown} />
        </>
      )}
    </View>
  );
}

const isCut = ({ window }: Timeline, span: SpanName): boolean => window.toTimeMs - window.fromTimeMs < 0.99 * spanMs(span);

/** What the figures are of: `5 minutes`, or less where that is not known. */
const lengthOf = (timeline: Timeline, span: SpanName): string =>
  isCut(timeline, span) ? duration(timeline.window.toTimeMs - timeline.window.fromTimeMs) : spanText(span);

function Comparison({ timeline: { used, alwaysOn }, span }: { timeline: Timeline; span: string }) {
  const share = alwaysOn.memoryMiBSeconds === 0 ? 0 : used.memoryMiBSeconds / alwaysOn.memoryMiBSeconds;
  return (
    <section class="card padded comparison" aria-label="Used and reserved">
      <p class="sentence">{inWords(used.memoryMiBSeconds, alwaysOn.memoryMiBSeconds, span)}</p>
      <dl class="legend">
        <div>
          <dt>
            <span class="swatch used" /> Used by functions
          </dt>
          <dd>
            {memoryTime(used.memoryMiBSeconds)} <span class="muted">{percent(share)}</span>
          </dd>
        </div>
        <div>
          <dt>
            <span class="swatch reserved" /> Reserved by an always-on app
          </dt>
          <dd>
            {memoryTime(alwaysOn.memoryMiBSeconds)} <span class="muted">{mebibytes(alwaysOn.peakMemoryMiB)}, all the time</span>
          </dd>
        </div>
      </dl>
      <p class="hint">
        Memory × time, cold starts included. Columns show the most memory in use at a time. The always-on app is as small as it
        could be:{' '}
        {alwaysOn.peakConcurrency === 0
          ? 'nothing ran, so it has room for the largest function.'
          : `room for the busiest moment, with ${plural(alwaysOn.peakConcurrency, 'run')} at once.`}
      </p>
    </section>
  );
}

/** The ratio as a sentence: the figure that a picture of a thin line cannot give. */
export function inWords(used: number, reserved: number, span: string): string {
  if (used === 0)
    return `Nothing ran in the last ${span}: the functions used nothing, and an always-on app would have reserved all of it.`;
  const times = reserved / used;
  if (times < 1.5)
    return `In the last ${span} the functions were busy nearly all the time: an always-on app would have reserved about as much as they used.`;
  const figure = times < 10 ? times.toFixed(1) : count(Number(times.toPrecision(2)));
  return `In the last ${span} an always-on app would have reserved ${figure} times what the functions used.`;
}

const percent = (share: number): string =>
  share === 0 ? '0 %' : share < 0.0001 ? 'less than 0.01 %' : `${(share * 100).toPrecision(2)} %`;

function Lanes({ timeline }: { timeline: Timeline }) {
  const { fromTimeMs, toTimeMs } = timeline.window;
  const long = toTimeMs - fromTimeMs > 12 * 3_600_000;
  const lanes = timeline.lanes.toSorted((a, b) => Number(b.bars.length > 0) - Number(a.bars.length > 0));
  return (
    <div class="card lanes">
      <section class="table-scroll" aria-label="What ran when" tabIndex={0}>
        <table>
          <caption class="visually-hidden">What ran when, by function</caption>
          <thead>
            <tr>
              <th scope="col">Function</th>
              <th scope="col" class="number">
                Runs
              </th>
              <th scope="col" class="number busy">
                Busy
              </th>
              <ScaleHead
                label={`From ${dayAndClock(fromTimeMs)} until now, to scale`}
                text={(share) => (long ? dayAndClock : clock)(fromTimeMs + share * (toTimeMs - fromTimeMs))}
              />
            </tr>
          </thead>
          <tbody>
            <tr class="together">
              <td>
                <strong>Together</strong> <span class="muted memory">{mebibytes(timeline.alwaysOn.peakMemoryMiB)}</span>
              </td>
              <td class="number">{count(lanes.reduce((sum, lane) => sum + runsOf(lane), 0))}</td>
              <td class="number busy">{duration(lanes.reduce((sum, { busyMs }) => sum + busyMs, 0))}</td>
              <td class="scale">
                <InUse timeline={timeline} />
              </td>
            </tr>
            {lanes.map((lane) => (
              <tr key={lane.functionId} class="linked">
                <td>
                  <a class="row-link" href={to('functions', lane.functionId)}>
                    {labelOf(lane.functionId)}
                  </a>{' '}
                  <span class="muted memory">{mebibytes(lane.memoryMiB)}</span>
                </td>
                <td class="number">{count(runsOf(lane))}</td>
                <td class="number busy">{lane.busyMs === 0 ? <span class="muted">–</span> : duration(lane.busyMs)}</td>
                <td class="scale">
                  <Lane lane={lane} fromTimeMs={fromTimeMs} toTimeMs={toTimeMs} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </div>
  );
}

const runsOf = ({ bars }: TimelineLane): number => bars.reduce((sum, { invocations }) => sum + invocations, 0);

const HEIGHT = 80;

/** Memory in use, as columns before what would have been reserved: all of the ground behind them. */
function InUse({ timeline: { memoryMiB, alwaysOn } }: { timeline: Timeline }) {
  const width = PIXELS / memoryMiB.length;
  const columns = memoryMiB
    .map((each, index) => {
      const tall = each === 0 ? 0 : (each / alwaysOn.peakMemoryMiB) * HEIGHT;
      return tall === 0
        ? ''
        : `M${(index * width).toFixed(1)} ${HEIGHT}h${width.toFixed(1)}v-${tall.toFixed(1)}h-${width.toFixed(1)}z`;
    })
    .join('');
  return (
    <svg class="in-use reserved" viewBox={`0 0 ${PIXELS} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      <path d={columns} />
    </svg>
  );
}

/** Bars of one function as two shapes: hundreds of them cost no more than one. */
function Lane({ lane, fromTimeMs, toTimeMs }: { lane: TimelineLane; fromTimeMs: number; toTimeMs: number }) {
  const [under, setUnder] = useState<TimelineBar>();
  const place = useRef<SVGSVGElement>(null);
  useEffect(() => setUnder(undefined), [lane]);
  const x = (timeMs: number) => ((timeMs - fromTimeMs) / (toTimeMs - fromTimeMs)) * PIXELS;
  const shape = (bars: readonly TimelineBar[]) =>
    bars
      .map(({ startTimeMs, endTimeMs }) => {
        const from = x(startTimeMs);
        return `M${from.toFixed(1)} 3h${Math.max(2, x(endTimeMs) - from).toFixed(1)}v16h-${Math.max(2, x(endTimeMs) - from).toFixed(1)}z`;
      })
      .join('');
  const find = (event: PointerEvent) => {
    const { left, width } = place.current!.getBoundingClientRect();
    const at = fromTimeMs + ((event.clientX - left) / width) * (toTimeMs - fromTimeMs);
    const slack = (4 / width) * (toTimeMs - fromTimeMs);
    setUnder(lane.bars.find((bar) => at >= bar.startTimeMs - slack && at <= bar.endTimeMs + slack));
  };
  return (
    <>
      <svg
        ref={place}
        viewBox={`0 0 ${PIXELS} 22`}
        preserveAspectRatio="none"
        aria-hidden="true"
        onPointerMove={find}
        onPointerLeave={() => setUnder(undefined)}
      >
        <path class="ok" d={shape(lane.bars.filter(({ errors }) => errors === 0))} />
        <path class="error" d={shape(lane.bars.filter(({ errors }) => errors > 0))} />
      </svg>
      {under && (
        <div
          class={x(under.startTimeMs) > PIXELS / 2 ? 'tip left' : 'tip'}
          style={{ left: `${(x(under.startTimeMs) / PIXELS) * 100}%` }}
        >
          {clock(under.startTimeMs)} · {plural(under.invocations, 'run')} · {duration(under.endTimeMs - under.startTimeMs)}
          {under.coldStart && ' · cold start'}
          {under.errors > 0 && ` · ${under.errors} failed`}
        </div>
      )}
    </>
  );
}
