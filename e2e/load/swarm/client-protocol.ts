/** What is spoken with a server. One client has one socket after the other, and remembers what it heard over them. */
import type { MessageForm } from './messages.ts';

/** The way to the other side. */
export interface Sender {
  /** One frame for each payload; text as a text frame. */
  send(...payloads: readonly (Uint8Array | string)[]): void;
}

export interface MessageListener {
  /** It is in all its rooms, and has what it missed or is about to be sent it. */
  ready(): void;
  /** Something that may hold stamps. */
  onMessage(content: Buffer): void;
  /** So many more of its own messages have been answered. */
  acknowledged(count: number): void;
  /** The server goes, and says when to come back. */
  sentAway(retryAfterMs: number): void;
  /** The server said no. */
  refused(reason: string): void;
  /** How much of each writer's text is here without a gap, by Yjs client. */
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
 * What messages are written for. `answer`: that of the server, where it takes another request than one for
 * delivery. `command`: the same for what is not a room's text; then messages are text for every dialect.
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
   * `stream`: all that arrives is shown. `state`: what is there already changes nothing, and what comes
   * before its time waits.
   */
  readonly delivery: 'stream' | 'state';
  /** The writer hears its own messages, which is the only answer that it gets. */
  readonly echoes: boolean;
  /** How long the protocol's own client waits before it comes back. @param random from 0 to 1. */
  readonly backoffMs: (attempt: number, random: number) => number;
  readonly speak: (options: ProtocolClientOptions) => ProtocolClient;
}
