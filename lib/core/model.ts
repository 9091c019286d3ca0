/**
 * The neutral model: what constructs reduce their props to, and all that platforms see. Frozen plain data, no constructs, no
 * cloud. Durations are numbers with their unit in the name; every default is already filled in.
 */

export type * from './model/api.js';
export type * from './model/bucket.js';
export type * from './model/code.js';
export type * from './model/event.js';
export type * from './model/function.js';
export type * from './model/monitoring.js';
export type * from './model/queue.js';
export type * from './model/schedule.js';
export type * from './model/stream.js';
export type * from './model/topic.js';
export type * from './model/trigger.js';
export type * from './model/websocket.js';
export type { HttpMethod } from './route.js';

export type Access = 'send' | 'publish' | 'read' | 'write' | 'readWrite' | 'invoke' | 'push';
