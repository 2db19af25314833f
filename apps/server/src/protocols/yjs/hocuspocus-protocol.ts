/** Serves a Hocuspocus provider: any number of documents, each with an address and a token. */
import {
  documentId,
  ERRORS,
  errorOf,
  MAX_CHANNELS_PER_CONNECTION,
  type ErrorBody,
  type User,
} from '@tandem/protocol';
import { ANONYMOUS } from '../../accounts/people.ts';
import { CLOSE_REASONS } from './close-reasons.ts';
import type { Connection } from '../../connection/connection.ts';
import type { ProtocolHandler } from '../../connection/protocol-handler.ts';
import type { YjsServices } from '../protocol-services.ts';
import type { Leave } from '../../presence/subscriber.ts';
import {
  documentOf,
  hocuspocusFormat,
  MAX_ADDRESS_LENGTH,
  readHocuspocus,
  type HocuspocusFrame,
} from './hocuspocus.ts';
import { YjsChannel } from './yjs-channel.ts';
import { identify } from './identify.ts';
import { HANDSHAKE } from '../../limits.ts';

const NO_DOCUMENT = errorOf('not-found', {
  detail: 'A document’s name has 1 to 64 letters, digits, - and _.',
});
const TOO_MANY = errorOf('too-many', {
  detail: `A connection may have ${MAX_CHANNELS_PER_CONNECTION} documents open.`,
});

interface Authenticating {
  readonly kind: 'authenticating';
  readonly waiting: HocuspocusFrame[];
}

type ProviderDocument =
  | Authenticating
  | { readonly kind: 'open'; readonly channel: YjsChannel }
  | { readonly kind: 'denied' };

export class HocuspocusProtocol implements ProtocolHandler {
  readonly join = null;
  readonly #connection: Connection;
  readonly #services: YjsServices;
  readonly #documents = new Map<string, ProviderDocument>();

  constructor({
    connection,
    services,
  }: {
    readonly connection: Connection;
    readonly services: YjsServices;
  }) {
    this.#connection = connection;
    this.#services = services;
  }

  receive(data: Buffer): void {
    let frame;
    try {
      frame = readHocuspocus(data);
    } catch (error) {
      const detail = `A frame does not fit the Hocuspocus protocol: ${(error as Error).message}.`;
      this.#connection.close('bad-message', errorOf('bad-message', { detail }));
      return;
    }
    if (this.#connection.takeMessages(1)) this.#handle(frame);
  }

  ping(): void {
    this.#connection.pingTransport();
    for (const document of this.#documents.values())
      if (document.kind === 'open') document.channel.keepAlive();
  }

  sendError(error: ErrorBody): void {
    // A provider never reconnects after a refusal, so a temporary error is only a close.
    if (ERRORS[error.code].action === 'retry') return;
    for (const [address, document] of this.#documents) {
      if (document.kind !== 'denied')
        this.#connection.queue(hocuspocusFormat(address).denied(error.message));
    }
  }

  sendGoaway(): void {
    // Hocuspocus has no such message; providers reconnect after any close.
  }

  requestReauthentication(): void {}

  onReauthenticated(): void {}

  end(how: Leave): void {
    for (const document of this.#documents.values())
      if (document.kind === 'open') document.channel.leave(how);
    this.#documents.clear();
  }

  #handle(frame: HocuspocusFrame): void {
    if (frame.kind === 'ignored') return;
    const { address } = frame;
    const document = this.#documents.get(address);
    if (frame.kind === 'close') {
      if (document?.kind === 'open') document.channel.leave('clean');
      this.#documents.delete(address);
    } else if (document?.kind === 'authenticating') {
      if (document.waiting.push(frame) > HANDSHAKE.maxQueuedMessages)
        this.#connection.close('too-many');
    } else if (frame.kind === 'auth') {
      // The document is open already.
      if (document?.kind !== 'open') this.#authenticate(address, frame.token);
    } else if (document?.kind === 'open') {
      document.channel.receive(frame.frame);
    } else if (document === undefined) {
      this.#open(address, ANONYMOUS)?.receive(frame.frame);
    }
  }

  #authenticate(address: string, token: string): void {
    if (!this.#hasRoom(address)) return;
    const document: Authenticating = { kind: 'authenticating', waiting: [] };
    this.#documents.set(address, document);
    this.#connection.closeOnError(this.#authorize(address, { token, document }));
  }

  async #authorize(
    address: string,
    { token, document }: { readonly token: string; readonly document: Authenticating },
  ): Promise<void> {
    const identity = await identify(token, this.#services.authenticator, this.#connection);
    if (this.#connection.ended || this.#documents.get(address) !== document) return;
    this.#documents.delete(address);
    if (identity.kind === 'refused') {
      this.#deny(address, identity.error);
      return;
    }
    this.#open(address, identity.user);
    for (const frame of document.waiting) if (!this.#connection.ended) this.#handle(frame);
  }

  #open(address: string, user: User): YjsChannel | null {
    if (!this.#hasRoom(address)) return null;
    const document = documentOf(address);
    if (!documentId.safeParse(document).success) {
      this.#deny(address, NO_DOCUMENT);
      return null;
    }
    if (this.#connection.user === null) {
      const error = this.#services.policy.authenticate(this.#connection, user);
      if (error !== null) {
        this.#connection.close('too-many', error);
        return null;
      }
    }
    const channel = new YjsChannel({
      document,
      user,
      connection: this.#connection,
      services: this.#services,
      format: hocuspocusFormat(address),
      onFailed: (_channel, error) => this.#deny(address, error),
    });
    this.#documents.set(address, { kind: 'open', channel });
    return channel;
  }

  #hasRoom(address: string): boolean {
    const isTooLong = address.length > MAX_ADDRESS_LENGTH;
    if (
      !isTooLong &&
      (this.#documents.has(address) || this.#documents.size < MAX_CHANNELS_PER_CONNECTION)
    )
      return true;
    const { message } = isTooLong ? NO_DOCUMENT : TOO_MANY;
    this.#connection.queue(hocuspocusFormat(address).denied(message));
    return false;
  }

  /** Refuses the document for good, or closes the connection when a reconnect may help. */
  #deny(address: string, error: ErrorBody): void {
    if (ERRORS[error.code].action === 'retry') {
      this.#connection.close(CLOSE_REASONS[error.code], error);
      return;
    }
    this.#documents.set(address, { kind: 'denied' });
    this.#connection.queue(hocuspocusFormat(address).denied(error.message));
  }
}
