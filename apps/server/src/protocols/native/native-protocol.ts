/**
 * The native protocol, version 1, on one connection: `hello` first and once, then channels. Messages that arrive
 * while the token is verified wait in order, within limits.
 */
import {
  errorOf,
  MAX_FRAME_BYTES_BEFORE_HELLO,
  PROTOCOL_VERSION,
  SUBPROTOCOL_BINARY,
  type ClientMessage,
  type ClientMessageType,
  type Codec,
  type Command,
  type ErrorBody,
  type MessageOf,
  type MessageFragment,
  type ServerMessage,
  type UnacceptedCommand,
  type User,
} from '@tandem/protocol';
import { CommandQueue } from '../../commands/command-queue.ts';
import { HANDSHAKE } from '../../limits.ts';
import type { Connection } from '../../connection/connection.ts';
import type { ProtocolHandler } from '../../connection/protocol-handler.ts';
import type { Data } from '../../transports/frame.ts';
import type { NativeServices } from '../protocol-services.ts';
import type { Leave } from '../../presence/subscriber.ts';
import { EventSubscriptions } from './event-subscriptions.ts';
import { NativeDocuments } from './native-documents.ts';
import { EncodedMessage } from '../../runtime/encoded-message.ts';
import { FragmentAssembly } from './fragment-assembly.ts';

type Handlers = {
  readonly [T in ClientMessageType]: (protocol: NativeProtocol, message: MessageOf<T>) => void;
};

/** Shared by all connections, so that the ping is encoded once: any frame counts as its answer. */
const PING = new EncodedMessage({ type: 'ping', channel: 0, nonce: 0 });

export class NativeProtocol implements ProtocolHandler {
  readonly join: (parts: readonly Data[]) => Data;
  readonly #connection: Connection;
  readonly #codec: Codec<Data>;
  readonly #services: NativeServices;
  // Created with the first message for them: many connections need only one or two.
  #assembly: FragmentAssembly | null = null;
  #documents: NativeDocuments | null = null;
  #commands: CommandQueue | null = null;
  #events: EventSubscriptions | null = null;
  #state: 'awaiting-hello' | 'authenticating' | 'open' = 'awaiting-hello';
  #waiting: (ClientMessage | UnacceptedCommand)[] | null = null;
  #waitingBytes = 0;
  #schema = 0;

  constructor({
    connection,
    codec,
    services,
  }: {
    readonly connection: Connection;
    readonly codec: Codec<Data>;
    readonly services: NativeServices;
  }) {
    this.#connection = connection;
    this.#codec = codec;
    this.#services = services;
    this.join = codec.join;
  }

  receive(data: Buffer, isBinary: boolean): void {
    // The transport enforces the limit of later frames.
    if (this.#state === 'awaiting-hello' && data.byteLength > MAX_FRAME_BYTES_BEFORE_HELLO) {
      this.#refuse(
        'too-large',
        `A frame before hello may have ${MAX_FRAME_BYTES_BEFORE_HELLO} bytes.`,
      );
      return;
    }
    if (isBinary !== this.#isBinary) {
      this.#refuse(
        'bad-message',
        `Frames of ${this.#codec.subprotocol} are ${isBinary ? 'text' : 'binary'}.`,
      );
      return;
    }
    this.#decode(isBinary ? data : data.toString(), data.byteLength);
  }

  ping(): void {
    this.#connection.queue(PING.as(this.#codec, this.#codec.encode));
  }

  sendError(error: ErrorBody): void {
    this.#send({ type: 'error', channel: 0, error });
  }

  sendGoaway(retryAfterMs: number): void {
    this.#send({ type: 'goaway', channel: 0, retryAfterMs });
  }

  commandStorageChanged(error: ErrorBody | null): void {
    if (this.#state === 'open') this.#send({ type: 'storage:changed', channel: 0, error });
  }

  requestReauthentication(expiresAt: number): void {
    this.#send({ type: 'authenticate', channel: 0, expiresAt });
  }

  onReauthenticated(expiresAt: number): void {
    this.#send({ type: 'authenticated', channel: 0, expiresAt });
  }

  end(how: Leave): void {
    this.#assembly?.[Symbol.dispose]();
    this.#documents?.end(how);
    this.#commands?.end();
    this.#events?.end();
    this.#waiting = null;
  }

  static readonly #handlers: Handlers = {
    hello: (protocol) => protocol.#refuse('bad-message', 'hello was said before; it is said once.'),
    open: (protocol, message) =>
      protocol.#nativeDocuments.open(message, protocol.#events?.size ?? 0),
    leave: (protocol, message) => protocol.#documents?.leave(message),
    update: (protocol, message) => protocol.#documents?.update(message),
    'rows:request': (protocol, message) => protocol.#documents?.repeatRows(message),
    awareness: (protocol, message) => protocol.#nativeDocuments.awareness(message),
    'presence:set': (protocol, message) => protocol.#documents?.setPresence(message),
    'presence:list': (protocol, message) => protocol.#documents?.listPeople(message),
    'typing:start': (protocol, message) => protocol.#setTyping(message, 'start'),
    'typing:stop': (protocol, message) => protocol.#setTyping(message, 'stop'),
    ping: (protocol, { nonce }) => protocol.#send({ type: 'pong', channel: 0, nonce }),
    pong: (protocol) => protocol.#connection.onPong(),
    token: (protocol, { token }) =>
      protocol.#connection.closeOnError(
        protocol.#services.policy.reauthenticate(protocol.#connection, token),
      ),
    command: (protocol, { id, name, input }) =>
      protocol.#commandQueue.submit({ id, name, input } as Command),
    subscribe: (protocol, message) =>
      protocol.#eventSubscriptions.subscribe(message, protocol.#documents?.size ?? 0),
    unsubscribe: (protocol, { channel }) => protocol.#events?.unsubscribe(channel),
    recover: (protocol, message) => {
      protocol.#services.metrics.gapRepairs.add();
      protocol.#events?.recover(message);
    },
  };

  /** The channel is a document or a chat; their numbers differ. */
  #setTyping(message: MessageOf<'typing:start' | 'typing:stop'>, typing: 'start' | 'stop'): void {
    this.#documents?.setTyping(message, typing);
    this.#events?.setTyping(message.channel, typing);
  }

  get #nativeDocuments(): NativeDocuments {
    this.#documents ??= new NativeDocuments({
      connection: this.#connection,
      codec: this.#codec,
      services: this.#services,
      schema: this.#schema,
    });
    return this.#documents;
  }

  get #commandQueue(): CommandQueue {
    const { runner, fanOut, wheel, clock } = this.#services;
    const connection = this.#connection;
    this.#commands ??= new CommandQueue({
      runner,
      fanOut,
      wheel,
      clock,
      client: {
        user: (connection.user as User).id,
        answer: (message) => this.#send(message),
        close: (name, detail) =>
          connection.close(name, detail === undefined ? errorOf(name) : errorOf(name, { detail })),
      },
    });
    return this.#commands;
  }

  get #eventSubscriptions(): EventSubscriptions {
    const { eventChannels } = this.#services;
    this.#events ??= new EventSubscriptions(this.#connection, this.#codec, eventChannels);
    return this.#events;
  }

  get #isBinary(): boolean {
    return this.#codec.subprotocol === SUBPROTOCOL_BINARY;
  }

  #decode(frame: Data, bytes: number): void {
    const decoded = this.#codec.decodeFromClient(frame);
    if (decoded.kind === 'invalid') {
      this.#refuse('bad-message', `A frame does not fit the protocol: ${decoded.reason}.`);
      return;
    }
    if (!this.#connection.takeMessages(decoded.messages.length)) return;
    for (const message of decoded.messages) {
      if (this.#connection.ended) return;
      if (message.type === 'fragment') this.#receiveFragment(message);
      else if (this.#assembly?.open)
        this.#refuse('bad-message', 'The parts of a message must follow each other.');
      else this.#receiveMessage(message, bytes);
    }
  }

  #receiveFragment(part: MessageFragment): void {
    if (this.#state !== 'open') {
      this.#refuse('bad-message', 'Parts may be sent once hello was answered.');
      return;
    }
    this.#assembly ??= new FragmentAssembly({
      wheel: this.#services.wheel,
      onLate: () => this.#connection.close('overloaded'),
    });
    const assembled = this.#assembly.add(part);
    if (assembled.kind === 'too-large')
      this.#refuse('too-large', 'A message is larger than this server takes, even in parts.');
    if (assembled.kind !== 'whole') return;
    const { bytes } = assembled;
    const decoded = this.#codec.decodeFromClient(
      this.#isBinary ? bytes : Buffer.from(bytes).toString(),
    );
    if (decoded.kind === 'invalid') {
      this.#refuse(
        'bad-message',
        `A message in parts does not fit the protocol: ${decoded.reason}.`,
      );
      return;
    }
    for (const message of decoded.messages) {
      if (this.#connection.ended) return;
      if (message.type === 'fragment') this.#refuse('bad-message', 'A part cannot hold parts.');
      else this.#receiveMessage(message, bytes.byteLength);
    }
  }

  #receiveMessage(message: ClientMessage | UnacceptedCommand, bytes: number): void {
    const { type } = message;
    this.#services.metrics.messages.add(type === 'unaccepted-command' ? 'command' : type);
    switch (this.#state) {
      case 'awaiting-hello':
        if (message.type === 'hello') this.#hello(message);
        else this.#refuse('bad-message', `The first message is hello, not ${type}.`);
        break;
      case 'authenticating':
        this.#waitingBytes += bytes;
        if (
          (this.#waiting ??= []).push(message) > HANDSHAKE.maxQueuedMessages ||
          this.#waitingBytes > HANDSHAKE.maxQueuedBytes
        ) {
          this.#refuse('too-large', 'Too much was sent before hello was answered.');
        }
        break;
      case 'open':
        this.#handle(message);
    }
  }

  #handle<T extends ClientMessageType>(message: MessageOf<T> | UnacceptedCommand): void {
    if (message.type === 'unaccepted-command') {
      this.#services.metrics.errorsSent.add(message.error.code);
      this.#commandQueue.refuse(message.id, message.error);
      return;
    }
    const handler = NativeProtocol.#handlers[message.type as T] as (
      protocol: NativeProtocol,
      message: MessageOf<T>,
    ) => void;
    handler(this, message);
  }

  #hello({ protocol, schema, token, channels = [] }: MessageOf<'hello'>): void {
    if (protocol !== PROTOCOL_VERSION) {
      this.#connection.close('version-unsupported');
      return;
    }
    // Handled like separate messages before those that follow.
    if (channels.length > 0 && !this.#connection.takeMessages(channels.length)) return;
    for (const channel of channels) {
      this.#services.metrics.messages.add(channel.type);
      (this.#waiting ??= []).push({ ...channel, channel: 0 });
    }
    this.#state = 'authenticating';
    this.#schema = schema;
    this.#connection.closeOnError(this.#authenticate(token));
  }

  async #authenticate(token: string): Promise<void> {
    const { authenticator, policy, metrics } = this.#services;
    const startMs = metrics.clock.monotonicMs();
    const holder = await authenticator.findByToken(token);
    if (this.#connection.ended) return;
    if (holder === null) {
      this.#connection.close('unauthenticated');
      return;
    }
    const { user, session, expiresAt } = holder;
    this.#connection.session = session;
    const error = policy.authenticate(this.#connection, user);
    if (error !== null) {
      this.#connection.close('too-many', error);
      return;
    }
    // Tokens without a session are the server's own and do not expire.
    if (session !== null) this.#connection.authenticatedUntil(expiresAt);
    this.#state = 'open';
    this.#send({ type: 'welcome', channel: 0, connection: this.#connection.id, user });
    const { storageError } = this.#services.runner;
    if (storageError !== null) this.commandStorageChanged(storageError);
    metrics.welcomed(this.#connection.id, startMs);
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    for (const message of waiting) {
      if (this.#connection.ended) return;
      this.#handle(message);
    }
  }

  #refuse(code: 'bad-message' | 'too-large', detail: string): void {
    this.#connection.close(code, errorOf(code, { detail }));
  }

  #send(message: ServerMessage): void {
    try {
      this.#connection.queue(this.#codec.encode(message));
    } catch (error) {
      this.#connection.onSendError(message, error);
    }
  }
}
