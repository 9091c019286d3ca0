/** A message of a topic. */
export interface Message<Body = unknown> {
  /** The target's name for the message; the same in every delivery of it. */
  readonly id: string;
  /** As its schema made it. JSON is parsed; other text stays text. */
  readonly body: Body;
  /** What the sender gave beside the message. */
  readonly attributes: Readonly<Record<string, string>>;
  /** When it was sent. */
  readonly time: Date;
  /** Number of this delivery, 1 for the first, where the target counts them. */
  readonly attempt: number;
  /** What the order was kept within, where the queue or topic is `fifo`. */
  readonly group?: string;
}

/** A message of a queue. */
export interface QueueMessage<Body = unknown> extends Message<Body> {
  /**
   * Has this message, and no other of the batch, delivered again; after the queue's `maxAttempts` it is dead. Of a `fifo` queue, the
   * later messages of its group are delivered again with it, so that none overtakes it: leave them alone.
   */
  retry(): void;
}

/** A run of a schedule. */
export interface ScheduleEvent {
  /** The same in every delivery of one run. */
  readonly id: string;
  /** Name of the trigger. */
  readonly name: string;
  /** When the run was due, where the target says it; else when it was started. */
  readonly time: Date;
}

/** Something that happened to an object of a bucket. */
export interface ObjectEvent {
  /** The same in every delivery of one event. */
  readonly id: string;
  /** The target's name of the bucket. */
  readonly bucket: string;
  readonly key: string;
  /** `changed` is anything else, which only triggers that are tuned for it get. */
  readonly type: 'created' | 'deleted' | 'changed';
  /** What `changed`, in the target's own words: `Object Tags Added`. */
  readonly change?: string;
  /** Size in bytes; of a deleted object only where the target knows. */
  readonly size?: number;
  /** Entity tag, without quotes. */
  readonly etag?: string;
  /** Version of the object in a versioned bucket. */
  readonly version?: string;
  readonly time: Date;
}

/** An event of an event bus. The names are those of CloudEvents. */
export interface BusEvent<Data = any> {
  /** The same in every delivery. */
  readonly id: string;
  /** What happened, as in `order.paid`. */
  readonly type: string;
  /** Who says it. */
  readonly source: string;
  readonly time: Date;
  /** As its schema made it. */
  readonly data: Data;
}
