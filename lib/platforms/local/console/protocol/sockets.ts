/** WebSocket APIs: who is connected, and connections that the console itself opens to try one. */

export interface SocketState {
  /** Path of the WebSocket API. */
  readonly id: string;
  readonly label: string;
  /** `ws://…` */
  readonly url: string;
  /** Clients that are connected now, those of the console among them. */
  readonly connectionCount: number;
}

export interface ConnectRequest {
  /** Path of the WebSocket API. */
  readonly socketId: string;
  /** `token=sesame&room=1` */
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A connection that the console opened, as a client of its own. */
export interface TestConnection {
  readonly id: string;
  /** Path of the WebSocket API. */
  readonly socketId: string;
  readonly openTimeMs: number;
  /** The latest {@link MAX_SOCKET_MESSAGES}, the oldest first. */
  readonly messages: readonly SocketMessage[];
  /** Messages before those. */
  readonly messagesDropped: number;
  /** How it ended. Absent while it is open. */
  readonly closed?: { readonly timeMs: number; readonly code: number; readonly reason: string };
}

/** Messages that are kept of a test connection. */
export const MAX_SOCKET_MESSAGES = 100;
/** Characters that are kept of one: each change of a connection tells all of them again. */
export const MAX_SOCKET_TEXT = 4096;

export interface SocketMessage {
  /** To the service, or from it. */
  readonly direction: 'sent' | 'received';
  readonly timeMs: number;
  /** Its beginning, of one that is longer than {@link MAX_SOCKET_TEXT}. */
  readonly text: string;
  readonly truncated: boolean;
}
