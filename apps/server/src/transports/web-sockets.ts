/** Turns requests into WebSockets. */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type PerMessageDeflateOptions, type ServerOptions } from 'ws';
import { MAX_FRAME_BYTES, MAX_FRAME_BYTES_BEFORE_HELLO, MAX_MESSAGE_BYTES } from '@tandem/protocol';
import { COMPRESSION, TRANSPORT } from '../limits.ts';
import { Compressor } from './compressor.ts';
import { GatewaySocket, type FrameLimits } from './socket.ts';
import type { TransportOwner } from './transport.ts';
import { pickNative, pickYjs, type Destination } from './upgrade.ts';

export interface UpgradeRequest {
  readonly request: IncomingMessage;
  readonly stream: Duplex;
  readonly head: Buffer;
}

const NATIVE_FRAMES: FrameLimits = { first: MAX_FRAME_BYTES_BEFORE_HELLO, later: MAX_FRAME_BYTES };
/** Stock clients cannot fragment messages; their first one is a state vector or the name of a document. */
const YJS_FRAMES: FrameLimits = { first: MAX_FRAME_BYTES, later: MAX_MESSAGE_BYTES };

const DEFLATE: PerMessageDeflateOptions = {
  serverNoContextTakeover: true,
  clientNoContextTakeover: true,
  // For the messages of clients; `Compressor` has its own.
  concurrencyLimit: COMPRESSION.maxConcurrent,
  zlibInflateOptions: { chunkSize: COMPRESSION.inflateChunkBytes },
};

type SocketServer = ReturnType<typeof createSocketServer>;

const ALWAYS = {
  noServer: true,
  WebSocket: GatewaySocket,
  clientTracking: false,
  // Answered by `GatewaySocket`.
  autoPong: false,
  maxFragments: TRANSPORT.maxFragments,
  maxBufferedChunks: TRANSPORT.maxBufferedChunks,
  closeTimeout: TRANSPORT.closeTimeoutMs,
} as const;

export class WebSockets {
  readonly native: SocketServer;
  readonly yjs: SocketServer;
  readonly #compressor: Compressor | null;

  /** @param compressFromBytes null: nothing is compressed. */
  constructor(compressFromBytes: number | null) {
    this.#compressor = compressFromBytes === null ? null : new Compressor(compressFromBytes);
    const perMessageDeflate = this.#compressor === null ? false : DEFLATE;
    this.native = createSocketServer({
      perMessageDeflate,
      maxPayload: NATIVE_FRAMES.first,
      handleProtocols: pickNative,
    });
    this.yjs = createSocketServer({
      perMessageDeflate,
      maxPayload: YJS_FRAMES.first,
      handleProtocols: pickYjs,
    });
  }

  accept(
    { request, stream, head }: UpgradeRequest,
    destination: Destination,
    connect: (socket: GatewaySocket) => TransportOwner,
  ): void {
    const isNative = destination.kind === 'native';
    (isNative ? this.native : this.yjs).handleUpgrade(request, stream, head, (socket) => {
      socket.own(connect(socket), {
        stream: stream as Socket,
        limits: isNative ? NATIVE_FRAMES : YJS_FRAMES,
        compressor: this.#compressor,
      });
    });
  }
}

function createSocketServer(
  options: Pick<ServerOptions, 'perMessageDeflate' | 'maxPayload' | 'handleProtocols'>,
) {
  return new WebSocketServer({ ...options, ...ALWAYS });
}
