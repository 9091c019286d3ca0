/** What a handler reaches its links through. Interfaces only: the drivers in `links/` implement them, one for each target. */

/** What a link is to the constructs, as a type; see lib/core/typing.ts, which the two meet in. */
interface Linked<Shape> {
  /** Type only. */
  readonly '~link'?: Shape;
}

export interface SendOptions {
  /**
   * Attributes beside the message, which topics filter by. At most 10; names of up to 20 lower case letters and digits, values of 1
   * to 256 characters without control characters: what every target takes.
   * @default - none
   */
  readonly attributes?: Readonly<Record<string, string>>;
}

export interface QueueSendOptions extends SendOptions {
  /**
   * How long this message is hidden before its first delivery, 0 to 900 whole seconds. Not every target can; see the support table.
   * @default - the queue's own `delay`
   */
  readonly delaySeconds?: number;
}

export interface FifoSendOptions extends SendOptions {
  /** What the order is kept within, as the id of a customer: 1 to 128 letters, digits and punctuation. */
  readonly group: string;
  /**
   * Of messages with one id that are sent within five minutes, the first one is taken only; 1 to 128 letters, digits and
   * punctuation. Not every target can; see the support table.
   * @default - the content of the message where the queue has `contentBasedDeduplication`; else a new one for each `send`, so that
   * what is repeated after a broken connection arrives once
   */
  readonly deduplicationId?: string;
}

/** Sends messages to a `Queue`. */
export interface QueueClient<Message = unknown>
  extends Linked<{ kind: 'queue'; access: 'send'; fifo: false; accepts: (message: Message) => void }> {
  /**
   * Sends one message, as JSON. Resolves when the queue has it for good.
   * @throws LinkError
   */
  send(message: Message, options?: QueueSendOptions): Promise<void>;
}

/** Sends messages to a `Queue` with `fifo: true`. */
export interface FifoQueueClient<Message = unknown>
  extends Linked<{ kind: 'queue'; access: 'send'; fifo: true; accepts: (message: Message) => void }> {
  /**
   * Sends one message, as JSON, into its group. Resolves when the queue has it for good: await it before the next one of the group.
   * @throws LinkError
   */
  send(message: Message, options: FifoSendOptions): Promise<void>;
}

/** Publishes messages to a `Topic`. */
export interface TopicClient<Message = unknown>
  extends Linked<{ kind: 'topic'; access: 'publish'; fifo: false; accepts: (message: Message) => void }> {
  /**
   * Publishes one message, as JSON. Resolves when the topic has it for good.
   * @throws LinkError
   */
  publish(message: Message, options?: SendOptions): Promise<void>;
}

/** Publishes messages to a `Topic` with `fifo: true`. */
export interface FifoTopicClient<Message = unknown>
  extends Linked<{ kind: 'topic'; access: 'publish'; fifo: true; accepts: (message: Message) => void }> {
  /**
   * Publishes one message, as JSON, into its group. Resolves when the topic has it for good.
   * @throws LinkError
   */
  publish(message: Message, options: FifoSendOptions): Promise<void>;
}

export interface PublishOptions {
  /**
   * Who says it, as in `shop.orders`; 1 to 256 characters. `aws.` at its start is AWS's own.
   * @default - the construct path of the function
   */
  readonly source?: string;
}

/** Publishes events to an `EventBus`. `Events` has the type of the data by the type of the event. */
export interface EventBusClient<Events extends object = Record<string, any>>
  extends Linked<{ kind: 'bus'; access: 'publish'; accepts: (events: Events) => void }> {
  /**
   * Publishes one event, with its data as JSON. Resolves when the bus has it for good.
   * @throws LinkError
   */
  publish<Type extends keyof Events & string>(type: Type, data: Events[Type], options?: PublishOptions): Promise<void>;
}

export interface ObjectInfo {
  readonly key: string;
  /** Size in bytes. */
  readonly bytes: number;
  readonly updated: Date;
  /** Entity tag, without quotes. */
  readonly etag?: string;
}

/** An object that was asked for. Its content is read once. */
export interface StoredObject {
  readonly key: string;
  readonly contentType?: string;
  /** Size in bytes, where the store says so. */
  readonly size?: number;
  readonly etag?: string;
  readonly body: ReadableStream<Uint8Array>;
  bytes(): Promise<Uint8Array<ArrayBuffer>>;
  text(): Promise<string>;
  json(): Promise<unknown>;
}

export interface ListOptions {
  /** @default - all keys */
  readonly prefix?: string;
}

export interface PutOptions {
  /** @default 'application/octet-stream' */
  readonly contentType?: string;
}

export interface SignedUrlOptions<Method extends 'GET' | 'PUT' = 'GET' | 'PUT'> {
  readonly method: Method;
  /**
   * How long the URL works, in seconds, up to 7 days; shorter where the function's own credentials end sooner.
   * @default 900
   */
  readonly expiresInSeconds?: number;
}

/**
 * Reads objects of a `Bucket`: a link made by `bucket.readOnly()`.
 *
 * Keys, here and in the others, are 1 to 1024 bytes, without line breaks and without `.` or `..` between slashes.
 */
export interface BucketReader extends Linked<{ kind: 'bucket'; access: 'read' }> {
  /** The object, or undefined where there is none. */
  get(key: string): Promise<StoredObject | undefined>;
  /** Objects in the order of their keys; pages are fetched as they are needed. */
  list(options?: ListOptions): AsyncIterable<ObjectInfo>;
  /** A URL with which anybody may read one object for a while, without credentials. */
  signedUrl(key: string, options: SignedUrlOptions<'GET'>): Promise<string>;
}

export type ObjectContent = string | Uint8Array | ArrayBuffer | Blob | ReadableStream<Uint8Array>;

/** Writes objects of a `Bucket`: a link made by `bucket.writeOnly()`. */
export interface BucketWriter extends Linked<{ kind: 'bucket'; access: 'write' }> {
  put(key: string, content: ObjectContent, options?: PutOptions): Promise<void>;
  /** Deletes an object; it is no error if there is none. */
  delete(key: string): Promise<void>;
  /** A URL with which anybody may write one object for a while, without credentials. */
  signedUrl(key: string, options: SignedUrlOptions<'PUT'>): Promise<string>;
}

/** Reads and writes objects of a `Bucket`: a link made by `bucket.readWrite()`. */
export interface BucketClient
  extends Omit<BucketReader, '~link' | 'signedUrl'>,
    Omit<BucketWriter, '~link' | 'signedUrl'>,
    Linked<{ kind: 'bucket'; access: 'readWrite' }> {
  signedUrl(key: string, options: SignedUrlOptions): Promise<string>;
}

/** Sends to clients that are connected to a `WebSocketApi`. */
export interface WebSocketClient<Message = unknown>
  extends Linked<{ kind: 'websocket'; access: 'push'; accepts: (message: Message) => void }> {
  /**
   * Sends one message, as JSON, to one client. False where that client has gone: forget its id.
   * @throws LinkError
   */
  send(connectionId: string, message: Message): Promise<boolean>;
  /** Ends a connection; it is no error if there is none. */
  disconnect(connectionId: string): Promise<void>;
}

/** Calls another function. */
export interface FunctionClient<Input = unknown, Output = unknown>
  extends Linked<{ kind: 'function'; access: 'invoke'; accepts: (input: Input) => void; returns: Output }> {
  /**
   * Calls the function and waits for its answer.
   * @throws LinkError when it failed or cannot be reached
   */
  call(input: Input): Promise<Output>;
  /** Starts the function without waiting. Resolves when the target has taken the event over, with its retries and dead letters. */
  start(input: Input): Promise<void>;
}

export type Client =
  | QueueClient<any>
  | FifoQueueClient<any>
  | TopicClient<any>
  | FifoTopicClient<any>
  | EventBusClient<any>
  | BucketReader
  | BucketWriter
  | BucketClient
  | FunctionClient<any, any>
  | WebSocketClient<any>;

/** A link that did not do what it was asked. The message names the link, the operation and the target's answer, never credentials. */
export class LinkError extends Error {
  override readonly name = 'LinkError';

  constructor(
    message: string,
    /** HTTP status of the target's answer, where there was one; 500 where a called function threw. */
    readonly status?: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
