/**
 * A WebSocket of `ws` that calls its connection directly. Event listeners would take memory on each of many
 * connections, and their closures would keep the HTTP request alive.
 */
import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import type { CloseName } from '@tandem/protocol';
import { SLOW_CONSUMER } from '../limits.ts';
import type { Frame } from './frame.ts';
import type { Transport, TransportOwner } from './transport.ts';

const FAULTS: Readonly<Record<number, readonly [CloseName, string]>> = {
  1002: ['bad-message', 'This connection broke the rules of WebSocket.'],
  1007: ['bad-message', 'A text frame was not UTF-8.'],
  1008: ['bad-message', 'A message came in too many pieces.'],
  1009: ['too-large', 'A frame was larger than this server takes.'],
};

export interface FrameLimits {
  readonly first: number;
  readonly later: number;
}

export class GatewaySocket extends WebSocket implements Transport {
  owner: TransportOwner | null = null;
  #stream: Socket | null = null;
  #limits: FrameLimits | null = null;

  get kind(): 'websocket' {
    return 'websocket';
  }

  /**
   * @param options.stream the TCP connection.
   * @param options.limits `ws` already enforces `first`.
   */
  own(
    owner: TransportOwner,
    { stream, limits }: { readonly stream: Socket; readonly limits: FrameLimits },
  ): void {
    this.owner = owner;
    this.#stream = stream;
    this.#limits = limits;
  }

  /** Bypasses the sender of `ws`, which would frame the data again for each connection. */
  write(frames: readonly Frame[]): void {
    const stream = this.#stream;
    if (stream === null || this.readyState !== WebSocket.OPEN) return;
    const [first] = frames;
    if (frames.length === 1 && first !== undefined && first.webSocket.length === 1) {
      stream.write(first.webSocket[0] as Buffer);
      return;
    }
    stream.cork();
    for (const frame of frames) for (const piece of frame.webSocket) stream.write(piece);
    stream.uncork();
  }

  override emit(event: string | symbol, ...values: unknown[]): boolean {
    switch (event) {
      case 'message':
        this.#onMessage(values[0] as Buffer, values[1] as boolean);
        return true;
      case 'ping':
        // A client that pings and reads nothing must not fill the send buffer.
        if (this.bufferedAmount <= SLOW_CONSUMER.lagThresholdBytes) this.pong(values[0]);
        return true;
      case 'pong':
        this.owner?.onPong();
        return true;
      case 'close':
        this.owner?.onClosed(values[0] as number);
        return true;
      case 'error':
        this.owner?.onError(values[0] as Error);
        return true;
      default:
        return super.emit(event, ...values);
    }
  }

  #onMessage(data: Buffer, isBinary: boolean): void {
    if (this.#limits !== null) {
      // `ws` has no API for it. Before hello, an incomplete frame must be small.
      (this as unknown as { _receiver: { _maxPayload: number } })._receiver._maxPayload =
        this.#limits.later;
      this.#limits = null;
    }
    this.owner?.receive(data, isBinary);
  }

  /** `ws` calls this when the client breaks the protocol; the owner first sends an error in its own protocol. */
  override close(code?: number, data?: string | Buffer): void {
    const fault = code === undefined ? undefined : FAULTS[code];
    if (fault === undefined || this.owner === null || this.readyState !== WebSocket.OPEN)
      super.close(code, data);
    else if (code === 1009 && this.#limits !== null)
      this.owner.onProtocolError(
        'too-large',
        `The first frame, before hello, may have ${this.#limits.first} bytes.`,
      );
    else this.owner.onProtocolError(...fault);
  }
}
