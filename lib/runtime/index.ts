/** `faasten/runtime`: what handlers are written with. It ships inside every function, so it is small and needs no other package. */
export {
  type BucketClient,
  type BucketReader,
  type BucketWriter,
  type Client,
  type EventBusClient,
  type FifoQueueClient,
  type FifoSendOptions,
  type FifoTopicClient,
  type FunctionClient,
  LinkError,
  type ListOptions,
  type ObjectContent,
  type ObjectInfo,
  type PublishOptions,
  type PutOptions,
  type QueueClient,
  type QueueSendOptions,
  type SendOptions,
  type SignedUrlOptions,
  type StoredObject,
  type TopicClient,
  type WebSocketClient,
} from './clients.js';
export type { AuthorizerContext, Context, HandlerKind, HttpContext, Identity, Logger, NoLinks } from './context.js';
export type { BusEvent, Message, ObjectEvent, QueueMessage, ScheduleEvent } from './events.js';
export {
  type Admission,
  authorizer,
  type CallOptions,
  call,
  type EventOptions,
  event,
  type Handler,
  type HttpOptions,
  handlers,
  http,
  type LinkRequest,
  links,
  type MessageOptions,
  objects,
  queue,
  schedule,
  topic,
  websocket,
} from './handlers.js';
export { HttpProblem, type ProblemOptions } from './problem.js';
export type { InputOf, Issue, OutputOf, Schema } from './schema.js';
export {
  type Change,
  type ChangesOptions,
  changes,
  type DataRecord,
  type RecordsOptions,
  type StreamContext,
  stream,
  type Window,
} from './streams.js';
export type { Trace } from './trace.js';
export type { SocketContext, SocketEvent } from './websocket.js';
