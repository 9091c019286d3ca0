import { dayAndClock } from '../format.js';
import { api } from '../state/api.js';
import { schedules } from '../state/live.js';
import { go, to } from '../state/router.js';
import { KindIcon } from '../ui/icons.js';
import { Ago, Empty, Loading, Table, View } from '../ui/parts.js';
import { say, sayError } from '../ui/toasts.js';
import { labelOf } from './addresses.js';

export function SchedulesView() {
  const run = (id: string) =>
    api.send({ kind: 'schedule', scheduleId: id }).then((result) => {
      say('Started');
      go(to('traces', result.traceId));
    }, sayError);
  return (
    <View
      title="Schedules"
      lead="What runs by the clock, in its own time zone. Running one now leaves its next times as they are."
    >
      {schedules.value === undefined && <Loading />}
      {schedules.value?.length === 0 && (
        <div class="card">
          <Empty title="Nothing runs by the clock">
            <p>A schedule starts a function at certain times, and between them nothing is kept running.</p>
            <pre>{"triggers: { Nightly: Schedule.cron('0 3 * * *', { timeZone: 'Europe/Berlin' }) }"}</pre>
          </Empty>
        </div>
      )}
      {schedules.value !== undefined && schedules.value.length > 0 && (
        <div class="card">
          <Table label="Schedules" head={['Name', 'Function', 'When', 'Next', 'Last', '(Actions)']}>
            {schedules.value.map((one) => (
              <tr key={one.id}>
                <td>
                  <span class="named">
                    <KindIcon kind="schedule" />
                    <strong>{one.label}</strong>
                  </span>
                </td>
                <td>
                  <a href={to('functions', one.functionId)}>{labelOf(one.functionId)}</a>
                </td>
                <td>
                  <code>{one.expression}</code>
                  {one.timeZone && <span class="muted"> {one.timeZone}</span>}
                </td>
                <td title={one.nextRunTimesMs.map((timeMs) => dayAndClock(timeMs, one.timeZone)).join(', ')}>
                  {one.nextRunTimesMs[0] === undefined ? (
                    <span class="muted">never</span>
                  ) : (
                    <>
                      <Ago timeMs={one.nextRunTimesMs[0]} />{' '}
                      <span class="muted">{dayAndClock(one.nextRunTimesMs[0], one.timeZone)}</span>
                    </>
                  )}
                </td>
                <td>
                  {one.lastRunTimeMs === undefined ? (
                    <span class="muted">not yet</span>
                  ) : one.lastInvocationId ? (
                    <a href={to('invocations', one.lastInvocationId)}>
                      <Ago timeMs={one.lastRunTimeMs} />
                    </a>
                  ) : (
                    <Ago timeMs={one.lastRunTimeMs} />
                  )}
                </td>
                <td class="number">
                  <button type="button" class="small" onClick={() => run(one.id)} aria-label={`Run now: ${one.label}`}>
                    Run now
                  </button>
                </td>
              </tr>
            ))}
          </Table>
        </div>
      )}
    </View>
  );
}
