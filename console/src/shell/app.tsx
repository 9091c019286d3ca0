import { connection, graph, graphError, refresh } from '../state/live.js';
import { parts } from '../state/router.js';
import { Empty, ErrorNote, Loading, View } from '../ui/parts.js';
import { Toasts } from '../ui/toasts.js';
import { AlarmsView } from '../views/alarms.js';
import { BucketsView, BucketView } from '../views/buckets.js';
import { FunctionView } from '../views/function.js';
import { FunctionsView } from '../views/functions.js';
import { GraphView } from '../views/graph.js';
import { InvocationView } from '../views/invocation.js';
import { InvocationsView } from '../views/invocations.js';
import { LogsView } from '../views/logs.js';
import { QueueView } from '../views/queue.js';
import { QueuesView } from '../views/queues.js';
import { SchedulesView } from '../views/schedules.js';
import { SendView } from '../views/send.js';
import { SocketsView } from '../views/sockets.js';
import { TimelineView } from '../views/timeline.js';
import { TopicsView } from '../views/topics.js';
import { TraceView } from '../views/trace.js';
import { Help } from './help.js';
import { Palette } from './palette.js';
import { Side } from './side.js';

export function App() {
  return (
    <>
      <a class="skip button" href="#main">
        Skip to the view
      </a>
      <div class="shell">
        <Side />
        <main id="main" class="main" tabIndex={-1}>
          {connection.value === 'lost' && (
            <p class="banner" role="status">
              The local platform does not answer. Start it again with <code>npx faasten dev</code>; this page goes on by itself.
            </p>
          )}
          <Content />
        </main>
      </div>
      <Palette />
      <Help />
      <Toasts />
    </>
  );
}

function Content() {
  if (graph.value === undefined && graphError.value)
    return (
      <View title="Console">
        <ErrorNote error={graphError.value} retry={refresh} />
      </View>
    );
  if (graph.value === undefined)
    return (
      <View title="Console">
        <Loading />
      </View>
    );
  return <Routed />;
}

function Routed() {
  const [view = '', id] = parts.value;
  const key = `${view} ${id}`;
  if (id !== undefined) {
    switch (view) {
      case 'invocations':
        return <InvocationView key={key} id={id} />;
      case 'traces':
        return <TraceView key={key} id={id} />;
      case 'queues':
        return <QueueView key={key} id={id} />;
      case 'functions':
        return <FunctionView key={key} id={id} />;
      case 'buckets':
        return <BucketView key={key} id={id} />;
    }
  }
  switch (view) {
    case '':
      return <GraphView />;
    case 'invocations':
      return <InvocationsView />;
    case 'logs':
      return <LogsView />;
    case 'queues':
      return <QueuesView />;
    case 'send':
      return <SendView />;
    case 'functions':
      return <FunctionsView />;
    case 'timeline':
      return <TimelineView />;
    case 'topics':
      return <TopicsView />;
    case 'buckets':
      return <BucketsView />;
    case 'schedules':
      return <SchedulesView />;
    case 'websockets':
      return <SocketsView />;
    case 'alarms':
      return <AlarmsView />;
  }
  return (
    <View title="Not found">
      <Empty title="There is no such view" actions={<a href="/">To the graph</a>}>
        <p>The address names nothing in this console. It may be from another version.</p>
      </Empty>
    </View>
  );
}
