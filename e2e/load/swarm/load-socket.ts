/** One WebSocket over a plain socket, from a separate local address. */
import { connect, type Socket } from 'node:net';
import { BINARY, CLOSE, clientFrame, FrameReader, PING, PONG, TEXT } from './frames.ts';

const HOST = '127.0.0.1';
const CONNECT_TIMEOUT_MS = 20_000;
/** Shared by all sockets of a process; each chunk is handled before the next read. */
const READ_BUFFER = Buffer.allocUnsafeSlow(256 * 1024);
/** Any valid key: the server's response to it is not verified. */
const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
const END_OF_HEAD = Buffer.from('\r\n\r\n');

export interface LoadSocketOptions {
  readonly port: number;
  /** Within 127.0.0.0/8; each address has its own outgoing ports. */
  readonly localAddress: string;
  readonly path: string;
  readonly subprotocol: string | null;
  readonly listener: SocketListener;
}

export interface SocketListener {
  onOpen(socket: LoadSocket): void;
  onPayload(payload: Buffer): void;
  onClose(socket: LoadSocket, reason: string): void;
}

export class LoadSocket {
  readonly #socket: Socket;
  readonly #listener: SocketListener;
  readonly #frames = new FrameReader((opcode, payload) => this.#handleFrame(opcode, payload));
  #state: 'connecting' | 'open' | 'closed' = 'connecting';
  #reason = 'the connection was lost';

  constructor({ port, localAddress, path, subprotocol, listener }: LoadSocketOptions) {
    this.#listener = listener;
    this.#socket = connect({
      host: HOST,
      port,
      localAddress,
      noDelay: true,
      onread: {
        buffer: READ_BUFFER,
        callback: (bytes, buffer) => {
          this.#read((buffer as Buffer).subarray(0, bytes));
          return true;
        },
      },
    });
    this.#socket.setTimeout(CONNECT_TIMEOUT_MS, () => this.#close('no response in time'));
    this.#socket.on('error', (error) => this.#close(error.message));
    this.#socket.on('close', () => this.#close(this.#reason));
    this.#socket.write(
      [
        `GET ${path} HTTP/1.1`,
        `Host: ${HOST}:${port}`,
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
        `Sec-WebSocket-Key: ${KEY}`,
        ...(subprotocol === null ? [] : [`Sec-WebSocket-Protocol: ${subprotocol}`]),
        '\r\n',
      ].join('\r\n'),
    );
  }

  send(...payloads: readonly (Uint8Array | string)[]): void {
    if (this.#state !== 'open') return;
    const frames = payloads.map((payload) =>
      typeof payload === 'string'
        ? clientFrame(TEXT, Buffer.from(payload))
        : clientFrame(BINARY, payload),
    );
    this.#socket.write(frames.length === 1 ? (frames[0] as Buffer) : Buffer.concat(frames));
  }

  stall(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  destroy(): void {
    this.#state = 'closed';
    this.#socket.resetAndDestroy();
  }

  #read(chunk: Buffer): void {
    if (this.#state === 'open') {
      this.#frames.read(chunk);
      return;
    }
    if (this.#state === 'closed') return;
    const end = chunk.indexOf(END_OF_HEAD);
    const head = chunk.toString('latin1', 0, end < 0 ? chunk.length : end);
    if (end < 0 || !head.startsWith('HTTP/1.1 101')) {
      this.#close(head.split('\r\n', 1)[0] as string);
      return;
    }
    this.#state = 'open';
    this.#socket.setTimeout(0);
    // The bytes after the head are in the shared read buffer.
    const rest = Buffer.from(chunk.subarray(end + END_OF_HEAD.length));
    this.#listener.onOpen(this);
    if (rest.length > 0) this.#frames.read(rest);
  }

  #handleFrame(opcode: number, payload: Buffer): void {
    if (this.#state !== 'open') return;
    if (opcode === TEXT || opcode === BINARY) {
      this.#listener.onPayload(payload);
    } else if (opcode === PING) {
      this.#socket.write(clientFrame(PONG, payload));
    } else if (opcode === CLOSE) {
      const code = payload.length >= 2 ? payload.readUInt16BE(0) : 1005;
      this.#reason = `closed with ${code} ${payload.toString('utf8', 2)}`.trim();
    }
  }

  #close(reason: string): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#socket.destroy();
    this.#listener.onClose(this, reason);
  }
}
