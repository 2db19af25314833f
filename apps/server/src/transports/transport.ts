/** What a connection needs of whatever carries it: a WebSocket, or requests of HTTP. */
import type { CloseName } from '@tandem/protocol';
import type { TransportWord } from '../metrics/connection-stats.ts';
import type { Frame } from './frame.ts';

export interface Transport {
  readonly kind: TransportWord;
  /** Bytes that were written and have not left this process. */
  readonly bufferedAmount: number;
  /** The frames of one turn of the loop. */
  write(frames: readonly Frame[]): void;
  /** Stops reading until `resume`, so that the other side has to wait. */
  pause(): void;
  resume(): void;
  /** Below the level of frames, where the transport has such a thing. */
  ping(): void;
  /** Says goodbye; the owner hears `closed` within `TRANSPORT.closeTimeoutMs`. */
  close(code: number, reason: string): void;
  /** Is gone at once. */
  terminate(): void;
}

/** Who hears of it. */
export interface TransportOwner {
  receive(data: Buffer, isBinary: boolean): void;
  /** The other side answered a ping of the transport. */
  answered(): void;
  /** The bytes are not a conversation that we accept; close with a sentence. */
  faulty(name: CloseName, sentence: string): void;
  /** It is over. Heard once, whoever ended it. */
  closed(code: number): void;
  failed(error: Error): void;
}
