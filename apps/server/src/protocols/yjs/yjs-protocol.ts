/**
 * Detects the protocol of a stock client by its first byte: `y-websocket` begins with `00 00`, a Hocuspocus
 * provider with the length of a name, which is never 0.
 */
import { documentId, errorOf, MAX_FRAME_BYTES, type ErrorBody } from '@tandem/protocol';
import { CLOSE_REASONS } from './close-reasons.ts';
import type { Connection } from '../../connection/connection.ts';
import type { ProtocolHandler } from '../../connection/protocol-handler.ts';
import type { YjsServices } from '../protocol-services.ts';
import type { Leave } from '../../presence/subscriber.ts';
import { HANDSHAKE } from '../../limits.ts';
import { HocuspocusProtocol } from './hocuspocus-protocol.ts';
import { identify } from './identify.ts';
import { yWebsocketFormat } from './y-websocket.ts';
import { YWebsocketProtocol } from './y-websocket-protocol.ts';

export interface YjsProtocolOptions {
  readonly connection: Connection;
  readonly services: YjsServices;
  /** From the path; null for a Hocuspocus provider, which names documents in frames. */
  readonly document: string | null;
  /** From the subprotocols; empty where there is none. */
  readonly token: string;
}

export class YjsProtocol implements ProtocolHandler {
  readonly join = null;
  readonly #options: YjsProtocolOptions;
  #detected: ProtocolHandler | null = null;
  #waiting: Buffer[] | null = null;
  #waitingBytes = 0;

  constructor(options: YjsProtocolOptions) {
    this.#options = options;
  }

  receive(data: Buffer, isBinary: boolean): void {
    const { connection } = this.#options;
    if (!isBinary || data.byteLength === 0) {
      connection.close(
        'bad-message',
        errorOf('bad-message', { detail: 'Stock Yjs clients send binary frames.' }),
      );
    } else if (
      this.#waiting === null &&
      connection.user === null &&
      data.byteLength > MAX_FRAME_BYTES
    ) {
      // A state vector, which grows with the number of writers.
      const detail = `The first frame may have ${MAX_FRAME_BYTES} bytes.`;
      connection.close('too-large', errorOf('too-large', { detail }));
    } else if (this.#detected !== null) {
      this.#detected.receive(data, isBinary);
    } else if (this.#waiting !== null) {
      this.#buffer(data, this.#waiting);
    } else if (data[0] === 0) {
      this.#waiting = [data];
      connection.closeOnError(this.#startYWebsocket());
    } else {
      this.#detected = new HocuspocusProtocol(this.#options);
      this.#detected.receive(data, isBinary);
    }
  }

  ping(): void {
    this.#detected?.ping();
  }

  sendError(error: ErrorBody): void {
    if (this.#detected !== null) this.#detected.sendError(error);
    else if (this.#waiting !== null)
      this.#options.connection.queue(yWebsocketFormat.denied(error.message));
  }

  sendGoaway(retryAfterMs: number): void {
    this.#detected?.sendGoaway(retryAfterMs);
  }

  requestReauthentication(): void {
    // Stock clients authenticate once.
  }

  onReauthenticated(): void {}

  end(how: Leave): void {
    this.#detected?.end(how);
  }

  #buffer(data: Buffer, waiting: Buffer[]): void {
    this.#waitingBytes += data.byteLength;
    if (
      waiting.push(data) > HANDSHAKE.maxQueuedMessages ||
      this.#waitingBytes > HANDSHAKE.maxQueuedBytes
    ) {
      this.#options.connection.close(
        'too-large',
        errorOf('too-large', { detail: 'Too much was sent before the token was verified.' }),
      );
    }
  }

  async #startYWebsocket(): Promise<void> {
    const { connection, services, document, token } = this.#options;
    if (document === null || !documentId.safeParse(document).success) {
      const detail = 'The address ends in a document’s name: 1 to 64 letters, digits, - and _.';
      connection.close('not-found', errorOf('not-found', { detail }));
      return;
    }
    const identity = await identify(token, services.authenticator, connection);
    if (connection.ended) return;
    if (identity.kind === 'refused') {
      connection.close(CLOSE_REASONS[identity.error.code], identity.error);
      return;
    }
    const error = services.policy.authenticate(connection, identity.user);
    if (error !== null) {
      connection.close('too-many', error);
      return;
    }
    this.#detected = new YWebsocketProtocol({
      connection,
      services,
      document,
      user: identity.user,
    });
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    for (const data of waiting) if (!connection.ended) this.#detected.receive(data, true);
  }
}
