import type { PanelSpec, SubjectKind } from '../model.js';

/** What a dashboard shows of each kind of construct: one row, few panels, the ones that are looked at first. */
export const PANELS: { readonly [K in SubjectKind]: readonly PanelSpec[] } = {
  api: [
    {
      title: 'Requests',
      description: 'Requests that the API answered, whatever the answer.',
      unit: 'count',
      lines: [{ signal: 'api.requests', statistic: 'sum', label: 'requests' }],
    },
    {
      title: 'Errors',
      description: 'Share of the requests answered with a status of 5xx, and of 4xx.',
      unit: 'percent',
      lines: [
        { signal: 'api.serverErrors', statistic: 'percent', label: '5xx' },
        { signal: 'api.clientErrors', statistic: 'percent', label: '4xx' },
      ],
    },
    {
      title: 'Latency',
      description: 'From the request to its answer: of half of the requests, of 95 and of 99 in 100, at most.',
      unit: 'milliseconds',
      lines: [
        { signal: 'api.latency', statistic: 'p50', label: 'p50' },
        { signal: 'api.latency', statistic: 'p95', label: 'p95' },
        { signal: 'api.latency', statistic: 'p99', label: 'p99' },
      ],
    },
  ],
  websocket: [
    {
      title: 'Messages',
      description: 'Connections that were asked for, and messages from and to clients.',
      unit: 'count',
      lines: [
        { signal: 'websocket.messages', statistic: 'sum', label: 'messages' },
        { signal: 'websocket.connects', statistic: 'sum', label: 'connects' },
      ],
    },
    {
      title: 'Errors',
      description:
        'Share of the connections and messages that functions failed, and that were refused before a function had them.',
      unit: 'percent',
      lines: [
        { signal: 'websocket.serverErrors', statistic: 'percent', label: 'of functions' },
        { signal: 'websocket.clientErrors', statistic: 'percent', label: 'of clients' },
      ],
    },
    {
      title: 'Latency',
      description: 'Time that functions took: for half of the messages, for 95 and for 99 in 100, at most.',
      unit: 'milliseconds',
      lines: [
        { signal: 'websocket.latency', statistic: 'p50', label: 'p50' },
        { signal: 'websocket.latency', statistic: 'p95', label: 'p95' },
        { signal: 'websocket.latency', statistic: 'p99', label: 'p99' },
      ],
    },
  ],
  function: [
    {
      title: 'Invocations',
      description: 'How often the function ran, failed, was refused for want of an instance, and began on a new instance.',
      unit: 'count',
      lines: [
        { signal: 'function.invocations', statistic: 'sum', label: 'invocations' },
        { signal: 'function.errors', statistic: 'sum', label: 'errors' },
        { signal: 'function.throttles', statistic: 'sum', label: 'throttles' },
        { signal: 'function.coldStarts', statistic: 'sum', label: 'cold starts' },
      ],
    },
    {
      title: 'Duration',
      description: 'How long the function ran: half of the invocations, 95 and 99 in 100, at most.',
      unit: 'milliseconds',
      lines: [
        { signal: 'function.duration', statistic: 'p50', label: 'p50' },
        { signal: 'function.duration', statistic: 'p95', label: 'p95' },
        { signal: 'function.duration', statistic: 'p99', label: 'p99' },
      ],
    },
    {
      title: 'Memory',
      description: 'The most memory that an invocation used.',
      unit: 'MiB',
      lines: [{ signal: 'function.memoryUsed', statistic: 'max', label: 'used at most' }],
    },
  ],
  schedule: [
    {
      title: 'Runs',
      description: 'How often the schedule had its function run.',
      unit: 'count',
      lines: [{ signal: 'schedule.runs', statistic: 'sum', label: 'runs' }],
    },
  ],
  queue: [
    {
      title: 'Messages',
      description: 'Messages that wait for their function, and those that were given up and lie in the dead-letter queue.',
      unit: 'count',
      lines: [
        { signal: 'queue.depth', statistic: 'max', label: 'waiting' },
        { signal: 'queue.deadLetters', statistic: 'max', label: 'dead' },
      ],
    },
    {
      title: 'Oldest message',
      description: 'How long the oldest message has waited.',
      unit: 'seconds',
      lines: [{ signal: 'queue.messageAge', statistic: 'max', label: 'age' }],
    },
  ],
};
