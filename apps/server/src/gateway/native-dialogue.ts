/**
 * Wire v1 on one connection: `hello` first and once, then channels. What follows `hello` before its
 * token is verified waits, in order and within limits; each message is handled by its type.
 */
import {
  errorOf,
  MAX_CHANNELS_PER_CONNECTION,
  MAX_FRAME_BYTES_BEFORE_HELLO,
  PROTOCOL_VERSION,
  SUBPROTOCOL_BINARY,
  type ClientMessage,
  type ClientMessageType,
  type Codec,
  type ErrorBody,
  type MessageOf,
  type MessagePart,
  type ServerMessage,
} from '@tandem/protocol';
import { SCHEMA_VERSION } from '@tandem/document';
import { MAX_WAITING_BYTES, MAX_WAITING_MESSAGES } from '../limits.ts';
import { readAwareness } from '../presence/awareness-update.ts';
import type { Connection, Data, Dialogue } from './connection.ts';
import type { DialogueServices } from './dialogue-services.ts';
import type { Leave } from './document-room.ts';
import { guarded } from './guarded.ts';
import { NativeChannel } from './native-channel.ts';
import { PartAssembly } from './part-assembly.ts';

type Handlers = {
  readonly [T in ClientMessageType]: (dialogue: NativeDialogue, message: MessageOf<T>) => void;
};

export class NativeDialogue implements Dialogue {
  readonly join: (parts: readonly Data[]) => Data;
  readonly #connection: Connection;
  readonly #codec: Codec<Data>;
  readonly #services: DialogueServices;
  readonly #assembly: PartAssembly;
  readonly #documents = new Map<string, NativeChannel>();
  readonly #channels = new Map<number, NativeChannel>();
  #state: 'awaiting-hello' | 'authenticating' | 'open' = 'awaiting-hello';
  #waiting: ClientMessage[] = [];
  #waitingBytes = 0;
  #schema = 0;
  #nonce = 0;

  constructor({
    connection,
    codec,
    services,
  }: {
    readonly connection: Connection;
    readonly codec: Codec<Data>;
    readonly services: DialogueServices;
  }) {
    this.#connection = connection;
    this.#codec = codec;
    this.#services = services;
    this.join = codec.join;
    this.#assembly = new PartAssembly({
      wheel: services.wheel,
      onLate: () => this.#connection.close('overloaded'),
    });
  }

  receive(data: Buffer, isBinary: boolean): void {
    // The socket itself holds later frames to their limit.
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
    this.#nonce = (this.#nonce + 1) % 0xffffffff;
    this.#send({ type: 'ping', channel: 0, nonce: this.#nonce });
  }

  explain(error: ErrorBody): void {
    this.#send({ type: 'error', channel: 0, error });
  }

  goaway(retryAfterMs: number): void {
    this.#send({ type: 'goaway', channel: 0, retryAfterMs });
  }

  end(how: Leave): void {
    for (const channel of this.#documents.values()) {
      channel.state = 'closed';
      channel.room?.leave(channel.subscription, how);
    }
    this.#assembly[Symbol.dispose]();
    this.#documents.clear();
    this.#channels.clear();
    this.#waiting = [];
  }

  static readonly #handlers: Handlers = {
    hello: (dialogue) => dialogue.#refuse('bad-message', 'hello was said before; it is said once.'),
    open: (dialogue, message) => dialogue.#open(message),
    leave: (dialogue, message) => dialogue.#leave(dialogue.#channels.get(message.channel)),
    update: (dialogue, message) => dialogue.#update(message),
    range: (dialogue, message) =>
      dialogue.#on(message, (channel) => channel.room?.message(channel.subscription, message)),
    awareness: (dialogue, message) => dialogue.#awareness(message),
    'presence:set': (dialogue, message) =>
      dialogue.#on(message, (channel) =>
        channel.room?.setPresence(channel.subscription, message.state),
      ),
    'typing:start': (dialogue, message) =>
      dialogue.#on(message, (channel) => channel.room?.setTyping(channel.subscription, 'start')),
    'typing:stop': (dialogue, message) =>
      dialogue.#on(message, (channel) => channel.room?.setTyping(channel.subscription, 'stop')),
    ping: (dialogue, { nonce }) => dialogue.#send({ type: 'pong', channel: 0, nonce }),
    pong: (dialogue) => dialogue.#connection.answered(),
  };

  get #isBinary(): boolean {
    return this.#codec.subprotocol === SUBPROTOCOL_BINARY;
  }

  #decode(frame: Data, bytes: number): void {
    const decoded = this.#codec.decodeFromClient(frame);
    if (decoded.kind === 'invalid') {
      this.#refuse('bad-message', `A frame does not fit the protocol: ${decoded.reason}.`);
      return;
    }
    if (!this.#connection.admit(decoded.messages.length)) return;
    for (const message of decoded.messages) {
      if (this.#connection.ended) return;
      if (message.type === 'part') this.#receivePart(message);
      else if (this.#assembly.open)
        this.#refuse('bad-message', 'The parts of a message must follow each other.');
      else this.#receiveMessage(message, bytes);
    }
  }

  #receivePart(part: MessagePart): void {
    if (this.#state !== 'open') {
      this.#refuse('bad-message', 'Parts may be sent once hello was answered.');
      return;
    }
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
      if (message.type === 'part') this.#refuse('bad-message', 'A part cannot hold parts.');
      else this.#receiveMessage(message, bytes.byteLength);
    }
  }

  #receiveMessage(message: ClientMessage, bytes: number): void {
    switch (this.#state) {
      case 'awaiting-hello':
        if (message.type === 'hello') this.#hello(message);
        else this.#refuse('bad-message', `The first message is hello, not ${message.type}.`);
        break;
      case 'authenticating':
        this.#waitingBytes += bytes;
        if (
          this.#waiting.push(message) > MAX_WAITING_MESSAGES ||
          this.#waitingBytes > MAX_WAITING_BYTES
        ) {
          this.#refuse('too-large', 'Too much was sent before hello was answered.');
        }
        break;
      case 'open':
        this.#handle(message);
    }
  }

  #handle<T extends ClientMessageType>(message: MessageOf<T>): void {
    const handler = NativeDialogue.#handlers[message.type as T] as (
      dialogue: NativeDialogue,
      message: MessageOf<T>,
    ) => void;
    handler(this, message);
  }

  #hello({ protocol, schema, token }: MessageOf<'hello'>): void {
    if (protocol !== PROTOCOL_VERSION) {
      this.#connection.close('version-unsupported');
      return;
    }
    this.#state = 'authenticating';
    this.#schema = schema;
    guarded(this.#connection, this.#authenticate(token));
  }

  async #authenticate(token: string): Promise<void> {
    const { tokens, people, introduce } = this.#services;
    const id = await tokens.verify(token);
    const user = id === null ? null : await people.find(id);
    if (this.#connection.ended) return;
    if (user === null) {
      this.#connection.close('unauthenticated');
      return;
    }
    const error = introduce(this.#connection, user);
    if (error !== null) {
      this.#connection.close('too-many', error);
      return;
    }
    this.#state = 'open';
    this.#send({
      type: 'welcome',
      channel: 0,
      connection: this.#connection.id,
      user,
      schema: SCHEMA_VERSION,
    });
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const message of waiting) {
      if (this.#connection.ended) return;
      this.#handle(message);
    }
  }

  #open(request: MessageOf<'open'>): void {
    const { document, ref } = request;
    // Opening again is how a channel starts anew.
    this.#leave(this.#documents.get(document));
    if (this.#documents.size >= MAX_CHANNELS_PER_CONNECTION) {
      const detail = `A connection may have ${MAX_CHANNELS_PER_CONNECTION} documents open.`;
      this.#send({ type: 'closed', channel: 0, ref, error: errorOf('too-many', { detail }) });
      return;
    }
    const channel = new NativeChannel({
      subscription: this.#services.rooms.nextSubscription(),
      request,
      connection: this.#connection,
      codec: this.#codec,
      onOpened: this.#onOpened,
      onRefused: this.#onRefused,
      onClosed: this.#onClosed,
    });
    this.#documents.set(document, channel);
    this.#connection.openings.enter(() => guarded(this.#connection, this.#enter(channel)));
  }

  async #enter(channel: NativeChannel): Promise<void> {
    const { document, ref, position, stateVector } = channel.request;
    const admission = await this.#services.rooms.admit(document, {
      user: channel.user,
      client: 'native',
    });
    if (channel.state === 'closed') {
      this.#connection.openings.done();
    } else if (admission.kind === 'refused') {
      this.#forget(channel);
      this.#send({ type: 'closed', channel: 0, ref, error: admission.error });
      this.#connection.openings.done();
    } else {
      const access = this.#isOutdated(admission.document.kind) ? 'view' : admission.access;
      channel.room = this.#services.rooms.join(admission.document, channel, {
        ref,
        access,
        position,
        stateVector,
      });
    }
  }

  readonly #onOpened = (
    channel: NativeChannel,
    { channel: number, kind }: MessageOf<'opened'>,
  ): void => {
    channel.state = 'open';
    this.#channels.set(number, channel);
    if (this.#isOutdated(kind))
      this.#send({ type: 'error', channel: number, error: errorOf('schema-outdated') });
    this.#connection.openings.done();
  };

  readonly #onRefused = (error: ErrorBody): void => this.#services.refused(this.#connection, error);

  readonly #onClosed = (channel: NativeChannel): void => {
    const wasOpening = channel.state === 'opening';
    this.#forget(channel);
    if (wasOpening) this.#connection.openings.done();
  };

  /** An editor that does not know a page's newest blocks would delete them. */
  #isOutdated(kind: 'page' | 'data'): boolean {
    return kind === 'page' && this.#schema < SCHEMA_VERSION;
  }

  #leave(channel: NativeChannel | undefined): void {
    if (channel === undefined) return;
    const wasOpening = channel.state === 'opening' && channel.room !== null;
    this.#forget(channel);
    channel.room?.leave(channel.subscription, 'clean');
    if (wasOpening) this.#connection.openings.done();
  }

  #forget(channel: NativeChannel): void {
    channel.state = 'closed';
    const { document } = channel.request;
    if (this.#documents.get(document) === channel) this.#documents.delete(document);
    const number = channel.room?.channel;
    if (number !== undefined && this.#channels.get(number) === channel)
      this.#channels.delete(number);
  }

  /** A channel that has just been closed may still be spoken to; that is nobody's fault. */
  #on(
    { channel: number }: { readonly channel: number },
    act: (channel: NativeChannel) => void,
  ): void {
    const channel = this.#channels.get(number);
    if (channel !== undefined) act(channel);
  }

  #update(message: MessageOf<'update'>): void {
    this.#on(message, (channel) => {
      channel.room?.message(channel.subscription, message);
      if (this.#services.isFull(channel.request.document)) this.#services.pause(this.#connection);
    });
  }

  #awareness(message: MessageOf<'awareness'>): void {
    const reading = readAwareness(message.update);
    if (reading.kind === 'invalid')
      this.#refuse('bad-message', `Presence does not fit the protocol: ${reading.reason}.`);
    else
      this.#on(message, (channel) =>
        channel.room?.receiveAwareness(channel.subscription, reading.entries),
      );
  }

  #refuse(code: 'bad-message' | 'too-large', detail: string): void {
    this.#connection.close(code, errorOf(code, { detail }));
  }

  #send(message: ServerMessage): void {
    this.#connection.queue(this.#codec.encode(message));
  }
}
