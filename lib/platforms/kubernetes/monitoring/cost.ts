import type { IConstruct } from 'constructs';
import { attachmentOf } from '../../../core/attachment.js';
import { MINUTES_PER_MONTH, total, type WatchingCost, watchingCostOf } from '../../../core/monitoring/cost.js';
import { DURATION_BOUNDS } from '../../../runtime/wire.js';
import type { FunctionResources } from '../function.js';
import { ChartMonitoring } from './chart.js';
import { SAMPLE_PRICES } from './prices.js';
import { COUNTERS } from './promql.js';

/** Names of the parts of what watching costs. */
export type WatchingPart = 'series' | 'samples' | 'rules';

export interface WatchingOptions {
  /**
   * Whose Prometheus stores the samples.
   * @default - one of the cluster's own, whose samples cost nothing
   */
  readonly managed?: keyof typeof SAMPLE_PRICES;
  /**
   * Instances of each function that run all the time.
   * @default 1
   */
  readonly instances?: number;
}

/** Counters of each way into a function; see lib/runtime/prometheus.ts. */
const PER_WAY = 4;
/** The sum and the count of its histogram, which are not recorded. */
const OF_HISTOGRAM = 2;
/** Of each instance: memory, and two of the time that it took to start. */
const PER_INSTANCE = 3;

/** Counts what is scraped and recorded for what is below a construct, in a month in which it always runs. */
export function watchingCost(scope: IConstruct, { managed, instances = 1 }: WatchingOptions = {}): WatchingCost<WatchingPart> {
  const functions = scope.node.findAll().flatMap(seriesOf);
  const charts = [...new Set(functions.map(({ chart }) => chart))];
  const rules = charts.flatMap((chart) => chart.rulesBelow(scope.node.path));
  const recordings = rules.filter((rule) => 'record' in rule).length;
  const recorded = total(functions.map((each) => each.recorded)) + recordings;
  const scrapes = functions.map(({ chart, scraped }) => (scraped * instances * MINUTES_PER_MONTH * 60) / chart.scrapeSeconds);
  const samples = total(scrapes) + recorded * MINUTES_PER_MONTH;
  return watchingCostOf(rules.length - recordings, {
    series: { count: total(functions.map(({ scraped }) => scraped * instances)) + recorded, usdEach: 0 },
    samples: { count: samples, usdEach: managed ? SAMPLE_PRICES[managed] : 0 },
    rules: { count: rules.length + total(charts.map(({ proxySeries }) => COUNTERS.length + proxySeries.recorded)), usdEach: 0 },
  });
}

/** Series of one instance of a function, and those that are recorded of it each minute. */
function seriesOf(construct: IConstruct): { chart: ChartMonitoring; scraped: number; recorded: number }[] {
  const made = attachmentOf(construct);
  if (made?.type !== 'function' || made.platform.name !== 'kubernetes') return [];
  const { scope, counts } = made.backend as FunctionResources;
  const chart = ChartMonitoring.tryOf(scope);
  if (!counts || !chart) return [];
  const { kinds, triggers } = made.describe() as { kinds: readonly string[]; triggers: object };
  // Triggers are told apart; requests and calls have none.
  const ways = Object.keys(triggers).length + kinds.filter((kind) => kind === 'http' || kind === 'call').length;
  const bounds = new Set([...DURATION_BOUNDS, ...counts.boundsMillis.map((millis) => millis / 1000), Number.POSITIVE_INFINITY]);
  const each = PER_WAY + bounds.size;
  const { proxySeries: proxies } = chart;
  const scraped = ways * (each + OF_HISTOGRAM) + PER_INSTANCE + proxies.scraped;
  return [{ chart, scraped, recorded: ways * each + proxies.recorded }];
}
