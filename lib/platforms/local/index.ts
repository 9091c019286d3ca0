/** `faasten/local`: the service on this machine, in one process. */
export { LocalApp } from './app.js';
export { type ConsoleOptions, type RunningConsole, startConsole } from './console/index.js';
export * from './console/protocol.js';
/** @internal */
export { type Asked, httpQuestion } from './engine/access/asked.js';
export { type Clock, VirtualClock } from './engine/clock.js';
/** @internal */
export type { Fault, FaultInjector } from './engine/faults.js';
/** @internal */
export type { Call as LocalCall, Done as LocalDone } from './engine/runner.js';
/** @internal */
export { connectEvent, disconnectEvent, messageEvent } from './engine/sockets/events.js';
export type {
  LocalApiModel,
  LocalFunctionModel,
  LocalLink,
  LocalModel,
  LocalQueueModel,
  LocalTrigger,
  LocalWebSocketModel,
} from './model.js';
export { type LocalOptions, type RunningLocal, startLocal } from './start.js';
/** @internal */
export { authorizerFor, mintToken } from './token.js';
