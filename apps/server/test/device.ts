/**
 * A client that edits a document like a browser, with a replica that outlives connections and
 * servers.
 */
import type { ServerMessage } from '@tandem/protocol';
import { ClientChannel, type ChannelIntent, type ChannelMessage } from '@tandem/sync';
import type { ClientOptions } from 'ws';
import * as Y from 'yjs';
import { eventually } from './eventually.ts';
import { NativeClient } from './native-client.ts';
import type { AtEnd, Reachable } from './running-server.ts';
import type { SignedIn } from './signed-in.ts';

/** What is told about the updates of a device, by their ids in its outbox. */
export interface DeviceObserver {
  readonly onKept: (id: number) => void;
  readonly onConfirmed: (ids: readonly number[]) => void;
}

export class Device {
  readonly doc = new Y.Doc();
  readonly channel: ClientChannel;
  readonly #document: string;
  readonly #guest: SignedIn;
  #client: NativeClient | null = null;
  readonly #observer: DeviceObserver | null;
  #lastRef = 0;
  #receivedMs = 0;
  readonly refusals: string[] = [];

  constructor(document: string, guest: SignedIn, observer: DeviceObserver | null = null) {
    this.#document = document;
    this.#guest = guest;
    this.#observer = observer;
    const { doc } = this;
    this.channel = new ClientChannel({
      document,
      replica: {
        client: doc.clientID,
        stateVector: () => Y.encodeStateVector(doc),
        diff: (stateVector) => Y.encodeStateAsUpdate(doc, stateVector),
      },
    });
    doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin !== this) this.#run(this.channel.local(update));
    });
  }

  get text(): string {
    return this.doc.getText('text').toJSON();
  }

  write(words: string): void {
    const text = this.doc.getText('text');
    text.insert(text.length, words);
  }

  erase(words: string): void {
    this.doc.getText('text').delete(this.text.indexOf(words), words.length);
  }

  get isConnected(): boolean {
    return this.#client !== null && this.#client.closed === null;
  }

  /** Since the last message. */
  get silenceMs(): number {
    return performance.now() - this.#receivedMs;
  }

  ping(): void {
    this.#client?.send({ type: 'ping', channel: 0, nonce: 1 });
  }

  async connect(
    server: Reachable,
    options: ClientOptions & { readonly atEnd?: AtEnd } = {},
  ): Promise<void> {
    this.disconnect();
    const client = await NativeClient.onAuthenticated(server, { guest: this.#guest, ...options });
    this.#client = client;
    this.#receivedMs = performance.now();
    client.socket.on('message', () => this.#receive(client));
    this.#run(this.channel.open(++this.#lastRef));
    const isOpen = () => this.channel.phase === 'live';
    await eventually('the document is open', () => isOpen() || client.closed !== null);
    if (!isOpen()) throw new Error('the connection ended before the document was open');
  }

  disconnect(): void {
    this.#client?.socket.terminate();
    this.#client = null;
    this.channel.disconnected();
  }

  async saved(): Promise<void> {
    await eventually(`${this.#document} is saved`, () => this.channel.pending.length === 0);
  }

  #receive(client: NativeClient): void {
    this.#receivedMs = performance.now();
    for (const message of client.received.splice(0))
      if (this.#client === client && isOfChannel(message)) this.#run(this.channel.receive(message));
  }

  #run(intents: readonly ChannelIntent[]): void {
    for (const intent of intents) {
      if (intent.kind === 'send') this.#client?.send(intent.message);
      else if (intent.kind === 'advance') {
        for (const update of intent.updates) Y.applyUpdate(this.doc, update, this);
        if (intent.confirmed.length > 0) this.#observer?.onConfirmed(intent.confirmed);
      } else if (intent.kind === 'keep') this.#observer?.onKept(intent.pending.id);
      else this.refusals.push(`${intent.kind}`);
    }
  }
}

function isOfChannel(message: ServerMessage): message is ChannelMessage {
  switch (message.type) {
    case 'opened':
    case 'closed':
    case 'document:changed':
    case 'updates':
    case 'ack':
    case 'nack':
    case 'state:request':
      return true;
    default:
      return false;
  }
}
