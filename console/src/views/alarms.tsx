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
          <Table label="Alarms" head={['State', 'Alarm', 'Watches', 'Reason', 'Since']}>
            {alarms.value.map((alarm) => (
              <tr key={alarm.id}>
                <td>
                  <span class={`status ${STATES[alarm.state]?.[0] ?? ''}`}>{STATES[alarm.state]?.[1] ?? alarm.state}</span>
                </td>
                <td>{alarm.label}</td>
                <td>{alarm.resourceId && labelOf(alarm.resourceId)}</td>
                <td>{alarm.reason}</td>
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
