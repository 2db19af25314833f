/** A WebSocket of `ws` with one owner and shared listeners: a closure per connection would keep its HTTP request alive. */
import { WebSocket, type RawData } from 'ws';
import type { CloseName } from '@tandem/protocol';

export interface SocketOwner {
  receive(data: Buffer, isBinary: boolean): void;
  /** The other side answered a ping of the WebSocket protocol. */
  answered(): void;
  /** The bytes are not a WebSocket conversation that we accept; close with a sentence. */
  faulty(name: CloseName, sentence: string): void;
  closed(code: number): void;
  failed(error: Error): void;
}

/** What `ws` finds wrong, by the status with which it would close. */
const FAULTS: Readonly<Record<number, readonly [CloseName, string]>> = {
  1002: ['bad-message', 'This connection broke the rules of WebSocket.'],
  1007: ['bad-message', 'A text frame was not UTF-8.'],
  1008: ['bad-message', 'A message came in too many pieces.'],
  1009: ['too-large', 'A frame was larger than this server takes.'],
};

export class GatewaySocket extends WebSocket {
  owner: SocketOwner | null = null;

  /** `ws` closes here by itself when the bytes are wrong; the owner first says so in the words of its protocol. */
  override close(code?: number, data?: string | Buffer): void {
    const fault = code === undefined ? undefined : FAULTS[code];
    if (fault !== undefined && this.owner !== null && this.readyState === WebSocket.OPEN)
      this.owner.faulty(...fault);
    else super.close(code, data);
  }
}

export function own(socket: GatewaySocket, owner: SocketOwner): void {
  socket.owner = owner;
  socket.on('message', onMessage);
  socket.on('pong', onPong);
  socket.on('close', onClose);
  socket.on('error', onError);
}

function onMessage(this: WebSocket, data: RawData, isBinary: boolean): void {
  (this as GatewaySocket).owner?.receive(data as Buffer, isBinary);
}

function onPong(this: WebSocket): void {
  (this as GatewaySocket).owner?.answered();
}

function onClose(this: WebSocket, code: number): void {
  (this as GatewaySocket).owner?.closed(code);
}

function onError(this: WebSocket, error: Error): void {
  (this as GatewaySocket).owner?.failed(error);
}
