import { useEffect, useState } from 'preact/hooks';
import type { LogEntry, LogLine } from '../../../lib/platforms/local/console/protocol.js';
import { api } from '../state/api.js';
import { generation, graph, onLog, recent } from '../state/live.js';
import { useResource } from '../state/resource.js';
import { adjust, query, to } from '../state/router.js';
import { useLast } from '../state/window.js';
import { LogLines } from '../ui/log-lines.js';
import { Choice, Empty, ErrorNote, Loading, View } from '../ui/parts.js';
import { labelOf } from './addresses.js';
import { FunctionSelect } from './invocations.js';

const MOST = 200;
/** What comes is gathered for a moment: each asks for all that is shown. */
const GATHER_MS = 400;

/** What all functions log, the latest first. */
export function LogsView() {
  const functionId = query.value.get('function') ?? undefined;
  const level = (query.value.get('level') ?? 'debug') as LogLine['level'];
  const text = query.value.get('text') ?? undefined;
  const round = useRounds();
  const asked = `${functionId} ${level} ${text}`;
  const logs = useResource(`${generation.value} ${round} ${asked}`, () => api.logs({ functionId, level, text, limit: MOST }));
  const lines = useLast(logs.data, asked);
  return (
    <View title="Logs" lead="What all functions say, the latest first. Each line leads to its run and its trace.">
      <search class="row">
        <input
          type="search"
          aria-label="Search in messages and fields"
          placeholder="Search messages and fields"
          value={text}
          onInput={(event) => adjust({ text: event.currentTarget.value })}
        />
        <FunctionSelect />
        <Choice
          label="Level"
          value={level}
          options={[
            ['debug', 'All'],
            ['info', 'Info'],
            ['warn', 'Warnings'],
            ['error', 'Errors'],
          ]}
          onChange={(value) => adjust({ level: value === 'debug' ? undefined : value })}
        />
      </search>
      {logs.error && <ErrorNote error={logs.error} retry={logs.reload} />}
      {lines === undefined && !logs.error && <Loading />}
      {lines?.length === 0 && (
        <div class="card">
          <Empty title={graph.value && recent.value.length > 0 ? 'No line fits' : 'Nothing was logged yet'}>
            <p>
              Handlers get a logger: <code>{"log.info('order accepted', { id })"}</code>. What fits appears here by itself.
            </p>
          </Empty>
        </div>
      )}
      {lines !== undefined && lines.length > 0 && <LogLines lines={lines} of={(line) => <Where line={line} />} />}
      {lines?.length === MOST && <p class="hint">The latest {MOST} lines; search for older ones.</p>}
    </View>
  );
}

/** Which run logged a line, and the trace that it is part of. */
function Where({ line }: { line: LogEntry }) {
  return (
    <span class="where">
      <a href={to('invocations', line.invocationId)}>{labelOf(line.functionId)}</a>{' '}
      <a class="muted" href={to('traces', line.traceId)} aria-label={`Trace of: ${line.message}`}>
        trace
      </a>
    </span>
  );
}

/** Grows when something was logged. */
function useRounds(): number {
  const [round, setRound] = useState(0);
  useEffect(() => {
    let timer: number | undefined;
    const stop = onLog(() => {
      timer ??= window.setTimeout(() => {
        timer = undefined;
        setRound((count) => count + 1);
      }, GATHER_MS);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, []);
  return round;
}
