import { describe, expect, test } from 'vitest';
import type { InvocationSummary } from '../../../../lib/platforms/local/console/protocol.js';
import { PastEvents } from '../../../../lib/platforms/local/engine/history/events.js';
import { History } from '../../../../lib/platforms/local/engine/history/history.js';
import { Runs } from '../../../../lib/platforms/local/engine/history/runs.js';
import { Sampler } from '../../../../lib/platforms/local/engine/history/sampler.js';
import { traceId } from '../../../../lib/platforms/local/engine/ids.js';
import type { Call } from '../../../../lib/platforms/local/engine/runner.js';

let count = 0;

function summary(more: Partial<InvocationSummary> = {}): InvocationSummary {
  const id = String(++count);
  const origin = { kind: 'http' as const, title: 'GET /' };
  const own = { id, functionId: 'Test/Web', traceId: traceId(), origin, attempt: 1, startTimeMs: count, durationMs: 1 };
  return { ...own, status: 'succeeded', ...more };
}

const call = { task: { kind: 'call' }, origin: { kind: 'call', title: 'called' } } as const satisfies Call;

/** Has invocations run in a history, and gives the ids of those that it keeps. */
function run(history: History, summaries: readonly InvocationSummary[]): string[] {
  for (const each of summaries) {
    history.begins({ ...each, status: 'running', durationMs: undefined }, call);
    history.ends(each, { summary: each });
  }
  return [...history.list({})].map(({ id }) => id);
}

const many = (length: number, more: Partial<InvocationSummary> = {}) => Array.from({ length }, () => summary(more));

describe('the history', () => {
  test('keeps the latest', () => {
    const all = many(2100);
    expect(run(new History(undefined as never, undefined as never), all)).toEqual(
      all
        .slice(100)
        .map(({ id }) => id)
        .reverse(),
    );
  });

  test('forgets no failure for the sake of a success, and has room for both', () => {
    const failures = many(10, { status: 'failed' });
    const more = many(3000);
    const history = new History(undefined as never, undefined as never);
    const kept = run(history, [...failures, ...more]);
    expect(kept).toHaveLength(2000);
    expect(kept.slice(-10)).toEqual(failures.map(({ id }) => id).reverse());
    expect(history.trace(failures[0]!.traceId)).toMatchObject({ spans: [{ invocationId: failures[0]!.id }] });
    const later = many(1500, { status: 'timedOut' });
    const then = run(history, [...later, ...many(50)]);
    expect(then.slice(0, 50).every((id) => Number(id) > count - 50)).toBe(true);
    expect(history.list({ status: ['timedOut'] })).toBeDefined();
    expect([...history.list({ status: ['timedOut'] })]).toHaveLength(1000);
  });

  test('in the order in which they began, whatever became of them', () => {
    const mixed = [summary(), summary({ status: 'failed' }), summary(), summary({ status: 'crashed' }), summary()];
    expect(run(new History(undefined as never, undefined as never), mixed)).toEqual(mixed.map(({ id }) => id).reverse());
  });

  test('counts those that it does not keep', () => {
    const history = new History(undefined as never, undefined as never, new Sampler(() => 0));
    const kept = run(history, many(5000));
    expect(kept.length).toBeLessThan(1500);
    expect(history.runs.all).toHaveLength(5000);
    expect(history.runs.all.filter(({ id }) => id !== undefined)).toHaveLength(kept.length);
  });
});

describe('the sampler', () => {
  /** So many a second for some seconds, and what is kept of each. */
  function seconds(sampler: Sampler, clock: { ms: number }, rate: number, length: number, more?: Partial<InvocationSummary>) {
    return Array.from({ length }, () => {
      const kept = many(rate, more).filter((each, index) => {
        clock.ms += index === 0 ? 1000 : 0;
        return sampler.keeps(each);
      });
      return kept.length;
    });
  }

  test('keeps all of what runs now and then, and few hundred a second of what runs all the time', () => {
    const clock = { ms: 0 };
    const sampler = new Sampler(() => clock.ms);
    expect(seconds(sampler, clock, 200, 3)).toEqual([200, 200, 200]);
    for (const kept of seconds(sampler, clock, 10_000, 4).slice(1)) {
      expect(kept).toBeGreaterThan(120);
      expect(kept).toBeLessThan(450);
    }
    seconds(sampler, clock, 1, 1);
    expect(seconds(sampler, clock, 200, 1)).toEqual([200]);
  });

  test('keeps every failure, and what takes longer than most', () => {
    const clock = { ms: 0 };
    const sampler = new Sampler(() => clock.ms);
    seconds(sampler, clock, 5000, 3);
    expect(seconds(sampler, clock, 5000, 1, { status: 'failed' })).toEqual([5000]);
    expect(sampler.keeps(summary({ durationMs: 1000 }))).toBe(true);
  });

  test('keeps all of a trace or nothing, also over functions', () => {
    const sampler = new Sampler(() => 0);
    const traces = many(4000).map((first) => [first, summary({ functionId: 'Test/Worker', traceId: first.traceId })] as const);
    const kept = traces.map((pair) => pair.map((each) => sampler.keeps(each)));
    const late = kept.slice(1000);
    expect(late.filter(([a, b]) => a !== b)).toEqual([]);
    expect(late.some(([a]) => a) && late.some(([a]) => !a)).toBe(true);
  });
});

test('runs are the latest, and say since when they are all', () => {
  const runs = new Runs(3);
  expect([runs.all, runs.knownFromTimeMs]).toEqual([[], 0]);
  for (const startTimeMs of [1, 2, 3]) runs.add(summary({ startTimeMs, waitMs: startTimeMs === 2 ? 7 : undefined }), true);
  expect(runs.knownFromTimeMs).toBe(0);
  expect(runs.all.map(({ startTimeMs, waitMs }) => [startTimeMs, waitMs])).toEqual([
    [1, undefined],
    [2, 7],
    [3, undefined],
  ]);
  const earlier = new Runs(3);
  for (const startTimeMs of [5, 9, 7]) earlier.add(summary({ startTimeMs }), true);
  earlier.leaveOut();
  expect(earlier.knownFromTimeMs).toBe(10);
  runs.add(summary({ startTimeMs: 4, status: 'failed', durationMs: 0, coldStartMs: 3, memoryUsedMiB: 1.5 }), false);
  expect([runs.all.length, runs.knownFromTimeMs]).toEqual([3, 2]);
  expect(runs.all[2]).toEqual({
    ...{ id: undefined, functionId: 'Test/Web', status: 'failed', startTimeMs: 4 },
    ...{ waitMs: undefined, durationMs: 0, coldStartMs: 3, memoryUsedMiB: 1.5 },
  });
});

test('an event that nobody need see is neither listed nor written', () => {
  const events = new PastEvents(undefined as never, undefined as never);
  const event = { kind: 'http' as const, resourceId: 'Test/Api', title: 'GET /', timeMs: 0, traceId: traceId() };
  const [first, second] = [events.add(event), events.add(event)];
  events.forget(first);
  expect([...events.list({})].map(({ id }) => id)).toEqual([second]);
  expect(events.changes()).toHaveLength(1);
});
