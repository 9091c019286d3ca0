import type { AlarmState } from '../../../lib/platforms/local/console/protocol.js';
import { count, dayAndClock, duration, plural } from '../format.js';
import { api } from '../state/api.js';
import { alarms, generation } from '../state/live.js';
import { useResource } from '../state/resource.js';
import { Ago, Empty, ErrorNote, now, Table, View } from '../ui/parts.js';
import { labelOf, nodeAddress, nodeOf } from './addresses.js';

const MOST_FIRINGS = 25;

type Tone = readonly [tone: string, text: string];
const STATES: Readonly<Record<AlarmState['state'], Tone>> = {
  ok: ['good', 'OK'],
  alarm: ['bad', 'Alarm'],
  noData: ['none', 'No data'],
};

export function AlarmsView() {
  const objectives = alarms.value.filter(({ budget }) => budget);
  const others = alarms.value.filter(({ budget }) => !budget);
  const on = others.filter(({ state }) => state === 'alarm');
  return (
    <View
      title="Alarms"
      lead="What would wake somebody up in the cloud, judged by what runs here, at the end of each minute. Nobody is told."
    >
      {alarms.value.length === 0 && (
        <div class="card">
          <Empty title="No alarms">
            <p>The service declares none that can be judged on this machine.</p>
          </Empty>
        </div>
      )}
      {objectives.length > 0 && (
        <section class="stack">
          <h2>Objectives</h2>
          <ul class="cards">
            {objectives.map((each) => (
              <Objective key={each.id} alarm={each} />
            ))}
          </ul>
        </section>
      )}
      {others.length > 0 && (
        <section class="stack">
          <h2>On now</h2>
          {on.length === 0 ? (
            <p class="muted">None of {plural(others.length, 'alarm')}.</p>
          ) : (
            <ul class="cards">
              {on.map((each) => (
                <AlarmOn key={each.id} alarm={each} />
              ))}
            </ul>
          )}
        </section>
      )}
      <Firings />
      {others.length > 0 && <Watched alarms={others} />}
    </View>
  );
}

/** An objective with what is left of its error budget. */
function Objective({ alarm }: { alarm: AlarmState }) {
  const { objective, events, badEvents, remaining } = alarm.budget!;
  const left = Math.max(0, remaining);
  return (
    <li class="card padded stack">
      <div class="row spread">
        <h3>
          {objective} <Watches id={alarm.resourceId} />
        </h3>
        <State alarm={alarm} />
      </div>
      <div class="budget" role="img" aria-label={`${percent(left)} of the error budget is left`}>
        <div
          class={remaining <= 0 ? 'gone' : remaining < 0.25 ? 'little' : ''}
          style={{ width: `${(left === 0 ? 1 : left) * 100}%` }}
        />
      </div>
      <p>
        {events === 0
          ? 'Nothing has happened yet that counts.'
          : remaining < 0
            ? 'Missed: all of the error budget is used up. '
            : `${percent(left)} of the error budget is left. `}
        {events > 0 && <span class="muted">{`${count(badEvents)} of ${plural(events, 'event')} bad.`}</span>}
      </p>
      {alarm.state === 'alarm' && <What alarm={alarm} reason={alarm.reason} />}
    </li>
  );
}

function AlarmOn({ alarm }: { alarm: AlarmState }) {
  return (
    <li class="card padded stack">
      <div class="row spread">
        <h3>
          {words(alarm.label)} <Watches id={alarm.resourceId} />
        </h3>
        <State alarm={alarm} />
      </div>
      <What alarm={alarm} reason={alarm.reason} why={alarm.why} />
    </li>
  );
}

/** Why it is on, what that means, and what to do. */
function What({ alarm, reason, why }: { alarm: AlarmState; reason: string; why?: string }) {
  return (
    <>
      <p class="bad">{words(reason)}</p>
      {why && <p>{why}</p>}
      <p class="hint">
        Since <Ago timeMs={alarm.sinceTimeMs} />. What to do: <code class="wrap">{alarm.runbook}</code>
        {alarm.tells.length > 0 && `. In the cloud it tells ${alarm.tells.map(labelOf).join(', ')}.`}
      </p>
    </>
  );
}

function State({ alarm: { state, severity, silenced } }: { alarm: AlarmState }) {
  const [tone, text] = STATES[state] ?? ['', state];
  return (
    <span class="row">
      {state === 'alarm' && <span class="badge">{severity}</span>}
      {silenced && <span class="badge">silenced</span>}
      <span class={`status ${tone}`}>{text}</span>
    </span>
  );
}

function Watches({ id }: { id: string | undefined }) {
  if (id === undefined) return null;
  const node = nodeOf(id);
  return (
    <span class="muted">
      ·{' '}
      {node ? (
        <a class="in-text" href={nodeAddress(node)}>
          {node.label}
        </a>
      ) : (
        labelOf(id)
      )}
    </span>
  );
}

/** When alarms were on. */
function Firings() {
  const states = alarms.value.map(({ id, state, severity }) => `${id}${state}${severity}`).join();
  const firings = useResource(`${generation.value} ${states}`, api.firings);
  const labels = new Map(alarms.value.map((alarm) => [alarm.id, alarm]));
  if (firings.error) return <ErrorNote error={firings.error} retry={firings.reload} />;
  if (!firings.data?.length) return null;
  return (
    <section class="stack">
      <h2>When alarms were on</h2>
      <div class="card">
        <Table label="When alarms were on" head={['Began', ['Lasted', 'number'], 'Alarm', 'Reason']}>
          {firings.data
            .toReversed()
            .slice(0, MOST_FIRINGS)
            .map(({ id, severity, reason, fromTimeMs, toTimeMs }) => {
              const alarm = labels.get(id);
              return (
                <tr key={`${id} ${fromTimeMs} ${reason}`}>
                  <td>{dayAndClock(fromTimeMs)}</td>
                  <td class="number">
                    {toTimeMs === undefined ? (
                      <span class="bad">{duration(Math.max(0, now.value - fromTimeMs))} so far</span>
                    ) : (
                      duration(toTimeMs - fromTimeMs)
                    )}
                  </td>
                  <td>
                    {words(alarm?.label ?? id)} <Watches id={alarm?.resourceId} />
                  </td>
                  <td class="grow">
                    <div class="truncate" title={words(reason)}>
                      {severity}: {words(reason)}
                    </div>
                  </td>
                </tr>
              );
            })}
        </Table>
      </div>
      {firings.data.length > MOST_FIRINGS && <p class="hint">The latest {MOST_FIRINGS}.</p>}
    </section>
  );
}

/** Everything that is watched, by what it is: dozens of lines that nobody reads before one is on. */
function Watched({ alarms: all }: { alarms: readonly AlarmState[] }) {
  const bySubject = new Map<string, AlarmState[]>();
  for (const alarm of all) {
    const { resourceId = '' } = alarm;
    bySubject.set(resourceId, [...(bySubject.get(resourceId) ?? []), alarm]);
  }
  return (
    <section class="stack">
      <h2>What is watched</h2>
      <ul class="card watched">
        {[...bySubject].map(([id, own]) => (
          <li key={id}>
            <details>
              <summary>
                <strong>{labelOf(id)}</strong> <span class="muted">{own.map(({ label }) => words(label)).join(', ')}</span>
              </summary>
              <ul>
                {own.map((alarm) => (
                  <li key={alarm.id} class="row spread">
                    <span>
                      {words(alarm.label)}: <span class="muted">{words(alarm.reason)}</span>
                    </span>
                    <State alarm={alarm} />
                  </li>
                ))}
              </ul>
            </details>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What is on of a resource, where it is shown itself. */
export function AlarmsOf({ id }: { id: string }) {
  const on = alarms.value.filter(({ resourceId, state }) => resourceId === id && state === 'alarm');
  if (on.length === 0) return null;
  return (
    <div class="note bad">
      <strong>{plural(on.length, 'alarm')} on</strong>
      {on.map((alarm) => (
        <span key={alarm.id}>
          {words(alarm.label)}: {words(alarm.reason)}
        </span>
      ))}
      <a href="/alarms">All alarms</a>
    </div>
  );
}

/** `max of deadLetters >= 1`: as people write it. */
const words = (text: string): string =>
  text
    .replace(/[a-z](?=[A-Z][a-z])/g, '$& ')
    .replace(/ [A-Z][a-z]/g, (part) => part.toLowerCase())
    .replaceAll('>=', '≥');

const percent = (share: number): string => `${Math.floor(share * 1000) / 10} %`;
