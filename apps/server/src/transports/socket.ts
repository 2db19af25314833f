/**
 * A WebSocket of `ws` that calls its connection directly. Event listeners would take memory on each of many
 * connections, and their closures would keep the HTTP request alive.
 */
import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import type { CloseName } from '@tandem/protocol';
import { SLOW_CONSUMER } from '../limits.ts';
import type { Compressor } from './compressor.ts';
import { writeFrame, type Frame } from './frame.ts';
import { OrderedFrames } from './ordered-frames.ts';
import type { Transport, TransportOwner } from './transport.ts';

const FAULTS: Readonly<Record<number, readonly [CloseName, string]>> = {
  1002: ['bad-message', 'This connection broke the rules of WebSocket.'],
  1007: ['bad-message', 'A text frame was not UTF-8.'],
  1008: ['bad-message', 'A message came in too many pieces.'],
  1009: ['too-large', 'A frame was larger than this server takes.'],
};

const DEFLATE = 'permessage-deflate';

/** Of `ws`, which has no API for them. */
interface Internals {
  readonly _receiver: { _maxPayload: number };
  readonly _extensions: {
    readonly [DEFLATE]?: {
      _maxPayload: number;
      readonly params: { readonly server_max_window_bits?: number };
    };
  };
}

export interface FrameLimits {
  readonly first: number;
  readonly later: number;
}

export class GatewaySocket extends WebSocket implements Transport {
  owner: TransportOwner | null = null;
  #stream: Socket | null = null;
  #limits: FrameLimits | null = null;
  /** Null where the client does not take compressed frames. */
  #ordered: OrderedFrames | null = null;

  get kind(): 'websocket' {
    return 'websocket';
  }

  /**
   * @param options.stream the TCP connection.
   * @param options.limits `ws` already enforces `first`.
   * @param options.compressor null: frames are sent as they are.
   */
  own(
    owner: TransportOwner,
    {
      stream,
      limits,
      compressor,
    }: {
      readonly stream: Socket;
      readonly limits: FrameLimits;
      readonly compressor: Compressor | null;
    },
  ): void {
    this.owner = owner;
    this.#stream = stream;
    this.#limits = limits;
    if (compressor !== null && takesCompressed(this))
      this.#ordered = new OrderedFrames(compressor, stream);
  }

  get bufferedBytes(): number {
    return this.bufferedAmount + (this.#ordered?.waitingBytes ?? 0);
  }

  /** Bypasses the sender of `ws`, which would frame the data again for each connection. */
  write(frames: readonly Frame[]): void {
    const stream = this.#stream;
    if (stream === null || this.readyState !== WebSocket.OPEN) return;
    if (this.#ordered?.isFor(frames) === true) {
      this.#ordered.write(frames);
      return;
    }
    const [first] = frames;
    if (frames.length === 1 && first !== undefined) writeFrame(stream, first.webSocket);
    else
      writeFrame(
        stream,
        frames.flatMap((frame) => frame.webSocket),
      );
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
      const { _receiver, _extensions } = this as unknown as Internals;
      _receiver._maxPayload = this.#limits.later;
      const extension = _extensions[DEFLATE];
      if (extension !== undefined) extension._maxPayload = this.#limits.later;
      this.#limits = null;
    }
    this.owner?.receive(data, isBinary);
  }

  /** `ws` calls this when the client breaks the protocol; the owner first sends an error in its own protocol. */
  override close(code?: number, data?: string | Buffer): void {
    if (this.#ordered?.isWaiting === true) {
      this.#ordered.afterLast(() => this.close(code, data));
      return;
    }
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

/** A client that wants a smaller window gets frames as they are. */
function takesCompressed(socket: GatewaySocket): boolean {
  const extension = (socket as unknown as Internals)._extensions[DEFLATE];
  return extension !== undefined && extension.params.server_max_window_bits === undefined;
}
