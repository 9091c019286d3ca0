import type { AlarmState } from '../../../lib/platforms/local/console/protocol.js';
import { alarms } from '../state/live.js';
import { Ago, Empty, Table, View } from '../ui/parts.js';
import { labelOf } from './addresses.js';

const STATES: Readonly<Record<AlarmState['state'], [tone: string, text: string]>> = {
  ok: ['good', 'OK'],
  alarm: ['bad', 'Alarm'],
  noData: ['', 'No data'],
};

export function AlarmsView() {
  return (
    <View title="Alarms" lead="The alarms that the clouds would have, judged by what runs here.">
      <div class="card">
        {alarms.value.length === 0 ? (
          <Empty title="No alarms">
            <p>The service declares none that can be judged on this machine.</p>
          </Empty>
        ) : (
          <Table label="Alarms" head={['State', 'Alarm', 'Watches', 'Reason', 'Budget left', 'Since']}>
            {[...alarms.value].sort(byState).map((alarm) => (
              <tr key={alarm.id}>
                <td>
                  <span class={`status ${STATES[alarm.state]?.[0] ?? ''}`}>{STATES[alarm.state]?.[1] ?? alarm.state}</span>
                </td>
                <td>
                  {alarm.label} <span class="badge">{alarm.severity}</span>
                  {alarm.silenced && <span class="badge">silenced</span>}
                </td>
                <td>{alarm.resourceId && labelOf(alarm.resourceId)}</td>
                <td>
                  {alarm.reason}
                  {alarm.state === 'alarm' && (
                    <p class="hint">
                      {alarm.why} See <code>{alarm.runbook}</code>
                      {alarm.tells.length > 0 && `. In the cloud it tells ${alarm.tells.join(', ')}`}
                    </p>
                  )}
                </td>
                <td class="number">{alarm.budget && left(alarm.budget.remaining)}</td>
                <td>
                  <Ago timeMs={alarm.sinceTimeMs} />
                </td>
              </tr>
            ))}
          </Table>
        )}
      </div>
    </View>
  );
}

/** Those that are on come first, and objectives before others. */
function byState(a: AlarmState, b: AlarmState): number {
  const rank = ({ state, budget }: AlarmState) => (state === 'alarm' ? 0 : 2) + (budget ? 0 : 1);
  return rank(a) - rank(b);
}

const left = (share: number) => (share < 0 ? 'missed' : `${Math.floor(share * 1000) / 10} %`);
