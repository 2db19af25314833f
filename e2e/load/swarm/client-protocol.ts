/** The client side of a server's protocol. A client keeps its state over successive sockets. */
import type { MessageForm } from './messages.ts';

export interface Sender {
  /** One frame for each payload; text as a text frame. */
  send(...payloads: readonly (Uint8Array | string)[]): void;
}

export interface MessageListener {
  /** The client is in all its rooms; what it missed has arrived or is on its way. */
  ready(): void;
  /** Content that may hold stamps. */
  onMessage(content: Buffer): void;
  /** `count` more of the client's own messages were answered. */
  acknowledged(count: number): void;
  /** The server restarts and says when to reconnect. */
  sentAway(retryAfterMs: number): void;
  refused(reason: string): void;
  /** The length of each writer's text without a gap, by Yjs client. */
  known(): ReadonlyMap<number, number>;
}

export interface ProtocolClient {
  readonly path: string;
  readonly subprotocol: string | null;
  /** A socket is open. */
  opened(sender: Sender): void;
  receive(payload: Buffer): void;
  /** All at once. @param room which of its rooms. */
  publish(room: number, messages: readonly Buffer[]): void;
}

/**
 * What is measured. `answer`: the server's acknowledgement, where it needs another request than delivery.
 * `command`: the same for chat messages, which are text in every protocol.
 */
export type Want = 'delivery' | 'answer' | 'command';

export interface ProtocolClientOptions {
  readonly rooms: readonly string[];
  readonly listener: MessageListener;
  /** Empty where there are none. */
  readonly token: string;
  /** The Yjs client under which it writes. */
  readonly client: number;
  readonly wants: Want;
}

export interface ClientProtocol {
  /** Rooms that one socket can be in. */
  readonly roomsPerSocket: number;
  readonly form: MessageForm;
  /**
   * `stream`: everything that arrives is shown. `state`: duplicates change nothing, and early messages wait.
   */
  readonly delivery: 'stream' | 'state';
  /** The writer receives its own messages, its only acknowledgement. */
  readonly echoes: boolean;
  /** How long the protocol's own client waits before it reconnects. @param random from 0 to 1. */
  readonly backoffMs: (attempt: number, random: number) => number;
  readonly speak: (options: ProtocolClientOptions) => ProtocolClient;
}
