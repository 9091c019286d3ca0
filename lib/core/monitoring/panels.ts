import type { PanelSpec, SubjectKind } from '../model.js';

/** What a dashboard shows of each kind of construct: one row, few panels, the ones that are looked at first. */
export const PANELS: { readonly [K in SubjectKind]: readonly PanelSpec[] } = {
  api: [
    { title: 'Requests', unit: 'count', lines: [{ signal: 'api.requests', statistic: 'sum', label: 'requests' }] },
    {
      title: 'Errors',
      unit: 'percent',
      lines: [
        { signal: 'api.serverErrors', statistic: 'percent', label: '5xx' },
        { signal: 'api.clientErrors', statistic: 'percent', label: '4xx' },
      ],
    },
    {
      title: 'Latency',
      unit: 'milliseconds',
      lines: [
        { signal: 'api.latency', statistic: 'p50', label: 'p50' },
        { signal: 'api.latency', statistic: 'p95', label: 'p95' },
        { signal: 'api.latency', statistic: 'p99', label: 'p99' },
      ],
    },
  ],
  function: [
    {
      title: 'Invocations',
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
      unit: 'milliseconds',
      lines: [
        { signal: 'function.duration', statistic: 'p50', label: 'p50' },
        { signal: 'function.duration', statistic: 'p95', label: 'p95' },
        { signal: 'function.duration', statistic: 'p99', label: 'p99' },
      ],
    },
    { title: 'Memory', unit: 'MiB', lines: [{ signal: 'function.memoryUsed', statistic: 'max', label: 'used at most' }] },
  ],
  schedule: [{ title: 'Runs', unit: 'count', lines: [{ signal: 'schedule.runs', statistic: 'sum', label: 'runs' }] }],
  queue: [
    {
      title: 'Messages',
      unit: 'count',
      lines: [
        { signal: 'queue.depth', statistic: 'max', label: 'waiting' },
        { signal: 'queue.deadLetters', statistic: 'max', label: 'dead' },
      ],
    },
    { title: 'Oldest message', unit: 'seconds', lines: [{ signal: 'queue.messageAge', statistic: 'max', label: 'age' }] },
  ],
};
