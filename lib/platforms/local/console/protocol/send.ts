/** Events that are sent by hand: edited, sampled, saved, or replayed. */
import type { ErrorSummary, PageRequest, Payload } from './common.js';

/** Stands for a credential of a request: a header or query parameter whose value is not shown, and not kept over a restart. */
export const HIDDEN = '[hidden]';

/**
 * What a user sends. It takes the same way as one from outside: an HTTP request passes the API with its authorizers, a message
 * waits in its queue, an object is stored.
 */
export type SendRequest =
  | {
      readonly kind: 'http';
      readonly apiId: string;
      readonly method: string;
      /** With query: `/orders/17?full=1`. */
      readonly path: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly body?: string;
      /** The past event that it was made of: what is {@link HIDDEN} has the value that it had there. */
      readonly eventId?: string;
    }
  | {
      readonly kind: 'queue';
      readonly queueId: string;
      readonly body: string;
      readonly attributes?: Readonly<Record<string, string>>;
      readonly group?: string;
      readonly delaySeconds?: number;
    }
  | {
      readonly kind: 'topic';
      readonly topicId: string;
      readonly body: string;
      readonly attributes?: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'schedule'; readonly scheduleId: string }
  | {
      readonly kind: 'objects';
      readonly bucketId: string;
      readonly key: string;
      readonly type: 'created' | 'deleted';
      /** Of a created one. */
      readonly body?: string;
      readonly contentType?: string;
    }
  /** A direct call, which waits for the result. `input` is JSON. */
  | { readonly kind: 'call'; readonly functionId: string; readonly input: string }
  /** Asks an authorizer what it says of a request, which goes no further. */
  | {
      readonly kind: 'authorizer';
      readonly authorizerId: string;
      readonly method: string;
      /** With query. */
      readonly path: string;
      readonly headers: Readonly<Record<string, string>>;
    }
  | {
      readonly kind: 'bus';
      readonly busId: string;
      /** `order.paid` */
      readonly type: string;
      /** @default 'console' */
      readonly source?: string;
      /** A JSON object. */
      readonly data: string;
    };

export type SendKind = SendRequest['kind'];

export interface SendResult {
  readonly traceId: string;
  readonly eventId?: string;
  /** Of a call or request: what came back. */
  readonly response?: {
    /** Of a request. */
    readonly status?: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: Payload;
    readonly durationMs: number;
  };
  /** The function threw. The sending itself worked. */
  readonly error?: ErrorSummary;
}

/** An event that came in at some time, from anywhere. */
export interface PastEvent {
  readonly id: string;
  readonly timeMs: number;
  readonly kind: SendKind;
  /** What it was sent to: API, queue, topic, bucket, schedule or function. */
  readonly resourceId: string;
  /** `POST /orders`, `message of 212 bytes`. */
  readonly title: string;
  readonly traceId?: string;
  /** Sends it again. Absent when it was too large to keep. Credentials are {@link HIDDEN}. */
  readonly request?: SendRequest;
}

export interface EventQuery extends PageRequest {
  readonly resourceId?: string;
  readonly kind?: SendKind;
}

/** An event a user may start from. */
export interface SampleEvent {
  readonly name: string;
  readonly description?: string;
  readonly request: SendRequest;
}

export interface SavedEvent {
  readonly id: string;
  readonly name: string;
  readonly savedTimeMs: number;
  readonly request: SendRequest;
}

export interface TokenRequest {
  readonly authorizerId: string;
  readonly subject?: string;
  readonly scopes?: readonly string[];
  /** @default - the first that the authorizer takes */
  readonly audience?: string;
  /** Further claims. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** @default an hour */
  readonly lifetimeSeconds?: number;
}

/** A token of the local key set, which nothing outside this machine accepts. */
export interface TestToken {
  readonly token: string;
  /** Header and value to send: `authorization: Bearer …`. */
  readonly header: { readonly name: string; readonly value: string };
  readonly expiryTimeMs: number;
}
