import type { Context, Identity, NoLinks } from './context.js';

/** Something that happened on a connection of a `WebSocketApi`. */
export interface SocketEvent<Body = unknown> {
  readonly type: 'connect' | 'message' | 'disconnect';
  /** Names the client for as long as it is connected; what `WebSocketClient.send` takes. */
  readonly connectionId: string;
  readonly connectedAt: Date;
  /** `$connect`, `$disconnect`, `$default`, or the message's own. */
  readonly route: string;
  /** Of a message, as its schema made it. JSON is parsed; other text stays text. */
  readonly body: Body;
  /** With which a client connects: query and headers. */
  readonly request?: Request;
  /** Why a client has gone. */
  readonly reason?: { readonly code: number; readonly text: string };
}

/** What a `websocket()` handler gets. */
export interface SocketContext<L = NoLinks> extends Context<L> {
  /** Who is connected. Undefined without an authorizer. */
  readonly identity?: Identity;
}
