/** `faasten/local`: the service on this machine, in one process. */
export { LocalApp } from './app.js';
export type * from './console/protocol.js';
export { type Clock, VirtualClock } from './engine/clock.js';
export type { LocalApiModel, LocalFunctionModel, LocalLink, LocalModel, LocalQueueModel, LocalTrigger } from './model.js';
export { type LocalOptions, type RunningLocal, startLocal } from './start.js';
