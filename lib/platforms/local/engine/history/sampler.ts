import type { InvocationSummary } from '../../console/protocol.js';

/** Invocations of one function that are kept of a second, however many there are. */
const A_SECOND = 200;

/** How far one duration moves what counts as slow. */
const STEP = 0.05;
/** Share of the invocations that are slower than that. */
const SLOW = 0.01;

/** Of one function. */
interface Rate {
  sinceMs: number;
  count: number;
  before: number;
  /** Milliseconds that one of a hundred takes longer than. */
  slowMs: number;
}

/**
 * Says which invocations are kept of a function that runs more often than anybody could look at: what failed, what was slow, and of the
 * rest a share, chosen by trace, so that one has all its invocations or none.
 */
export class Sampler {
  private readonly rates = new Map<string, Rate>();

  constructor(private readonly now: () => number) {}

  keeps({ functionId, status, traceId, durationMs = 0 }: InvocationSummary): boolean {
    const rate = this.rateOf(functionId);
    const isSlow = durationMs > rate.slowMs;
    rate.slowMs = rate.slowMs === 0 ? durationMs : rate.slowMs * (1 + STEP * (isSlow ? 1 - SLOW : -SLOW));
    const now = this.now();
    if (now - rate.sinceMs >= 1000) {
      rate.before = now - rate.sinceMs < 2000 ? rate.count : 0;
      rate.count = 0;
      rate.sinceMs = now;
    }
    rate.count++;
    const share = A_SECOND / Math.max(rate.count, rate.before);
    return share >= 1 || isSlow || status !== 'succeeded' || Number.parseInt(traceId.slice(-4), 16) < share * 0x10000;
  }

  private rateOf(functionId: string): Rate {
    let rate = this.rates.get(functionId);
    if (!rate) {
      rate = { sinceMs: Number.NEGATIVE_INFINITY, count: 0, before: 0, slowMs: 0 };
      this.rates.set(functionId, rate);
    }
    return rate;
  }
}
