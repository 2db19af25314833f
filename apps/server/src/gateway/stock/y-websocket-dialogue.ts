/** A stock `y-websocket` client: one document, named by the path. */
import { ERRORS, errorOf, type ErrorBody, type User } from '@tandem/protocol';
import { CLOSE_NAMES } from '../close-names.ts';
import type { Connection } from '../connection.ts';
import type { Dialogue } from '../dialogue.ts';
import type { DialogueServices } from '../dialogue-services.ts';
import type { Leave } from '../document-room.ts';
import { StockChannel } from './stock-channel.ts';
import { readYWebsocket, yWebsocketFormat } from './y-websocket.ts';

export interface YWebsocketOptions {
  readonly connection: Connection;
  readonly services: DialogueServices;
  readonly document: string;
  readonly user: User;
}

export class YWebsocketDialogue implements Dialogue {
  readonly join = null;
  readonly #connection: Connection;
  readonly #channel: StockChannel;

  constructor({ connection, services, document, user }: YWebsocketOptions) {
    this.#connection = connection;
    this.#channel = new StockChannel({
      document,
      user,
      connection,
      services,
      format: yWebsocketFormat,
      onFailed: (_channel, error) => connection.close(CLOSE_NAMES[error.code], error),
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
    if (!this.#connection.admit(Math.max(1, frames.length))) return;
    for (const frame of frames) this.#channel.receive(frame);
  }

  ping(): void {
    this.#connection.pingSocket();
    this.#channel.keepAlive();
  }

  explain(error: ErrorBody): void {
    // Said as a refusal only where coming back would not help.
    if (ERRORS[error.code].action !== 'retry')
      this.#connection.queue(yWebsocketFormat.denied(error.message));
  }

  goaway(): void {
    // It has no word for it; the close code tells it to come back.
  }

  authenticate(): void {}

  authenticated(): void {}

  end(how: Leave): void {
    this.#channel.leave(how);
  }
}
