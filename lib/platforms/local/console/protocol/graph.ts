/** What a service consists of, and what leads where. */

export interface ServiceGraph {
  /** Name of the service, as the user knows it. */
  readonly service: string;
  /** Grows with every reload that changed something; the console fetches the graph again when it sees another one. */
  readonly revision: number;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

interface NodeBase {
  /** Construct path; of a schedule `<function>/<trigger>`. */
  readonly id: string;
  /** Short name to show: the construct's id. */
  readonly label: string;
  readonly description?: string;
}

export interface FunctionNode extends NodeBase {
  readonly kind: 'function';
  readonly memoryMiB: number;
  readonly timeoutSeconds: number;
  readonly maxConcurrency?: number;
  /** File of the handler, relative to the project. */
  readonly entry?: string;
  /** Names only. */
  readonly environment: readonly string[];
  /** Names, and whether the local platform found a value for each. Never values. */
  readonly secrets: readonly { readonly name: string; readonly found: boolean }[];
  /** Why it cannot run now, e.g. its code does not compile. */
  readonly problem?: string;
}

export interface ApiNode extends NodeBase {
  readonly kind: 'api';
  /** Base URL on this machine; no slash at the end. */
  readonly url: string;
  readonly routes: readonly RouteSummary[];
  readonly authorizers: readonly AuthorizerSummary[];
}

export interface RouteSummary {
  /** `GET /orders/{id}` */
  readonly key: string;
  readonly method: string;
  readonly path: string;
  readonly functionId: string;
  /** Id of an authorizer of the API that guards the route. */
  readonly authorizerId?: string;
  /** Of which a token must have one. */
  readonly scopes?: readonly string[];
}

export interface AuthorizerSummary {
  /** Construct path. */
  readonly id: string;
  readonly label: string;
  /** Whether {@link Inspector.mintToken} can make a token it accepts. */
  readonly mintsTokens: boolean;
  /** What the authorizer demands beside a valid signature, in words: `scope orders:write`. */
  readonly requires?: string;
  /** Of one that takes tokens: a token must be for one of them. */
  readonly audiences?: readonly string[];
}

export interface QueueNode extends NodeBase {
  readonly kind: 'queue';
  readonly maxAttempts: number;
  readonly fifo: boolean;
}

export interface TopicNode extends NodeBase {
  readonly kind: 'topic';
}

export interface BucketNode extends NodeBase {
  readonly kind: 'bucket';
}

export interface ScheduleNode extends NodeBase {
  readonly kind: 'schedule';
  /** `0 3 * * * (Europe/Berlin)`, `every 5 minutes`. */
  readonly expression: string;
}

/** Event buses and WebSocket APIs. `facts` are shown as they are. */
export interface OtherNode extends NodeBase {
  readonly kind: 'bus' | 'websocket' | 'other';
  readonly facts: Readonly<Record<string, string>>;
}

export type GraphNode = FunctionNode | ApiNode | QueueNode | TopicNode | BucketNode | ScheduleNode | OtherNode;
export type NodeKind = GraphNode['kind'];

export interface GraphEdge {
  /** Unique in the graph and the same after a reload; {@link TrafficEvent} names it. */
  readonly id: string;
  /** In the direction in which requests, messages and events travel. */
  readonly from: string;
  readonly to: string;
  /**
   * `route`: API to function, or, with the detail `authorizer`, to the one that lets in. `trigger`: queue, topic, bucket or schedule to function. `link`: function to what its code uses.
   */
  readonly kind: 'route' | 'trigger' | 'link';
  /** Route key, trigger name, or link name. */
  readonly label: string;
  /** In words: `batches of 10`, `raw/*.jpg`, `status: paid, refused`, `send`, `read, write`. */
  readonly detail?: string;
}
