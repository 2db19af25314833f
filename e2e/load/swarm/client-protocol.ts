/** The client side of a server's protocol. A client keeps its state across sockets. */
import type { MessageForm } from './messages.ts';

export interface Sender {
  send(...payloads: readonly (Uint8Array | string)[]): void;
}

export interface MessageListener {
  onReady(): void;
  onMessage(content: Buffer): void;
  onAwareness(content: Buffer): void;
  onAcknowledged(count: number): void;
  onGoAway(retryAfterMs: number): void;
  onRefused(reason: string): void;
  /** The length of each writer's text up to the first gap, by Yjs client. */
  knownClocks(): ReadonlyMap<number, number>;
}

export interface ProtocolClient {
  readonly path: string;
  readonly subprotocol: string | null;
  onOpen(sender: Sender): void;
  onPayload(payload: Buffer): void;
  publish(room: number, messages: readonly Buffer[]): void;
  /**
   * Absent where the protocol has no awareness. @returns the milliseconds for which the server wants
   * no other, 0 if it does not care.
   */
  publishAwareness?(room: number, update: Buffer): number;
}

/**
 * The measured operation. `answer`: the server's acknowledgement, if it needs another request than
 * delivery. `command`: the same for chat messages, which are text in every protocol.
 */
export type MeasuredOperation = 'delivery' | 'answer' | 'command';

export interface ProtocolClientOptions {
  readonly rooms: readonly string[];
  readonly listener: MessageListener;
  readonly token: string;
  readonly client: number;
  readonly measured: MeasuredOperation;
}

export interface ClientProtocol {
  readonly roomsPerSocket: number;
  readonly form: MessageForm;
  /**
   * `stream`: every arriving message is shown. `state`: duplicates have no effect, and early
   * messages wait.
   */
  readonly delivery: 'stream' | 'state';
  /** Writers receive their own messages, which are the only acknowledgement. */
  readonly echoes: boolean;
  /** Reconnect delay of the protocol's own client. @param random from 0 to 1. */
  readonly backoffMs: (attempt: number, random: number) => number;
  readonly createClient: (options: ProtocolClientOptions) => ProtocolClient;
}
