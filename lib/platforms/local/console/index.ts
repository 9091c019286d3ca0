/** The browser console of the local platform: what an engine implements, and the server that puts pages before it. */
export { notFound } from './errors.js';
export { type MeasuredFunction, type MeasuredRun, metricsOf, timelineOf } from './figures.js';
export type * from './protocol.js';
export { DEFAULT_PAGE_LIMIT, HIDDEN, MAX_PAGE_LIMIT, MAX_PAYLOAD_BYTES } from './protocol.js';
export { type ConsoleOptions, type RunningConsole, startConsole } from './server.js';
