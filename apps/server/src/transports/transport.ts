/** What carries the frames of a connection: a WebSocket, or HTTP requests. */
import type { CloseName } from '@tandem/protocol';
import type { TransportWord } from '../metrics/connection-stats.ts';
import type { Frame } from './frame.ts';

export interface Transport {
  readonly kind: TransportWord;
  readonly bufferedBytes: number;
  write(frames: readonly Frame[]): void;
  pause(): void;
  resume(): void;
  ping(): void;
  /** Sends a close frame; calls `onClosed` within `TRANSPORT.closeTimeoutMs`. */
  close(code: number, reason: string): void;
  terminate(): void;
}

export interface TransportOwner {
  receive(data: Buffer, isBinary: boolean): void;
  onPong(): void;
  /** The client broke the rules of the transport: the owner closes it, with a sentence for the client. */
  onProtocolError(name: CloseName, sentence: string): void;
  /** Called once, whichever side closed. */
  onClosed(code: number): void;
  onError(error: Error): void;
}
