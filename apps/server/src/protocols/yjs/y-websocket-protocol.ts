/** Serves a stock `y-websocket` client: one document, named by the path. */
import { ERRORS, errorOf, type ErrorBody, type User } from '@tandem/protocol';
import { CLOSE_REASONS } from './close-reasons.ts';
import type { Connection } from '../../connection/connection.ts';
import type { ProtocolHandler } from '../../connection/protocol-handler.ts';
import type { DocumentServices } from '../protocol-services.ts';
import type { Leave } from '../../presence/subscriber.ts';
import { YjsChannel } from './yjs-channel.ts';
import { readYWebsocket, yWebsocketFormat } from './y-websocket.ts';

export interface YWebsocketOptions {
  readonly connection: Connection;
  readonly services: DocumentServices;
  readonly document: string;
  readonly user: User;
}

export class YWebsocketProtocol implements ProtocolHandler {
  readonly join = null;
  readonly #connection: Connection;
  readonly #channel: YjsChannel;

  constructor({ connection, services, document, user }: YWebsocketOptions) {
    this.#connection = connection;
    this.#channel = new YjsChannel({
      document,
      user,
      connection,
      services,
      format: yWebsocketFormat,
      onFailed: (_channel, error) => connection.close(CLOSE_REASONS[error.code], error),
    });
  }

  receive(data: Buffer): void {
    let frames;
    try {
      frames = readYWebsocket(data);
    } catch (error) {
      const detail = `A frame does not fit the y-websocket protocol: ${(error as Error).message}.`;
      this.#connection.close('bad-message', errorOf('bad-message', { detail }));
      return;
    }
    if (!this.#connection.takeMessages(Math.max(1, frames.length))) return;
    for (const frame of frames) this.#channel.receive(frame);
  }

  ping(): void {
    this.#connection.pingTransport();
    this.#channel.keepAlive();
  }

  sendError(error: ErrorBody): void {
    // The client never reconnects after a refusal, so a temporary error is only a close.
    if (ERRORS[error.code].action !== 'retry')
      this.#connection.queue(yWebsocketFormat.denied(error.message));
  }

  sendGoaway(): void {
    // y-websocket has no such message; the client reconnects after the close.
  }

  requestReauthentication(): void {}

  onReauthenticated(): void {}

  end(how: Leave): void {
    this.#channel.leave(how);
  }
}
