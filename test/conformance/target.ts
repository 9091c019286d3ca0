/** What the suite asks of a target: to start the service's functions from what was synthesized, and to deliver to them. */
import type { Construct } from 'constructs';
import type { Capabilities } from '../../lib/index.js';

export interface ClientRequest {
  readonly method: string;
  /** Path and query, as they go over the wire. */
  readonly target: string;
  readonly headers?: readonly (readonly [name: string, value: string])[];
  readonly body?: Buffer;
}

export interface ClientResponse {
  readonly status: number;
  /** Lower-case names; `set-cookie` apart. */
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
  readonly body: Buffer;
}

export interface SentMessage {
  readonly id: string;
  readonly body: unknown;
  readonly attributes?: Readonly<Record<string, string>>;
}

export interface ObjectChange {
  readonly key: string;
  readonly type: 'created' | 'deleted';
}

export interface TokenRequest {
  readonly subject?: string;
  readonly scopes?: readonly string[];
  /** Over all others. */
  readonly claims?: Readonly<Record<string, unknown>>;
}

export interface PublishedEvent {
  readonly type: string;
  readonly source: string;
  readonly data: object;
}

/** Whether the target may forget an event; what is not acknowledged is delivered again. */
export type Acknowledged = boolean;

/** The functions of the service, running. */
export interface Running {
  /** A client's request through the API. */
  request(request: ClientRequest): Promise<ClientResponse>;
  /** One delivery of a batch, or one of each message, as the target does it. */
  queue(messages: readonly SentMessage[], attempt: number): Promise<Acknowledged[]>;
  topic(message: SentMessage): Promise<Acknowledged>;
  schedule(due: Date): Promise<Acknowledged>;
  objects(change: ObjectChange): Promise<Acknowledged>;
  /** A direct call; `failed` is what the caller is shown. */
  call(input: unknown): Promise<{ output: unknown } | { failed: string }>;
  /** A call that nobody waits for. */
  start(input: unknown): Promise<Acknowledged>;
  /**
   * Publishes an event to the bus, and makes every delivery that the target makes until it is taken or dead. Gives how many of the
   * triggers that it fits ended with dead letters.
   */
  publish(event: PublishedEvent): Promise<{ dead: number }>;
  /** Has a message of the queue or topic delivered as often as the target delivers one that fails; as `publish`. */
  exhaust(kind: 'queue' | 'topic', message: SentMessage): Promise<{ dead: number }>;
  /** Where the API takes tokens: the header `authorization` with one of the issuer that the service names. */
  token?(request: TokenRequest): Promise<string>;
  /** Where there is a WebSocket API: where clients connect. */
  readonly socketUrl?: string;
  /** Something no trigger sends. Gives what the target is told. */
  nonsense(): Promise<{ failed: string }>;
  /** What the functions printed. */
  output(): string;
  stop(): Promise<void>;
}

export interface Target {
  readonly name: string;
  /** The table by which it refuses what it does not have. */
  readonly capabilities: Capabilities;
  /** Somewhere to declare a service. */
  scope(): Construct;
  /** `true`, or why it cannot run here. */
  available(): true | string;
  /** @param variables environment besides what synthesis set */
  start(variables: Readonly<Record<string, string>>): Promise<Running>;
}

/** A route of a gateway, made of its template: `{id}` is one segment, `{path+}` and `{path=**}` the rest. */
export function templatePattern(template: string): RegExp {
  const pattern = template
    .split('/')
    .map((segment) =>
      /^\{.+(\+|=\*\*)\}$/.test(segment)
        ? '(.+)'
        : /^\{.+\}$/.test(segment)
          ? '([^/]+)'
          : segment.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'),
    );
  return new RegExp(`^${pattern.join('/')}$`);
}
