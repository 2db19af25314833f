/** Puts texts into every field that a client of the wire may fill, and knows the expected result. */
import { randomBytes } from 'node:crypto';
import { ulid } from 'ulid';
import * as Y from 'yjs';
import { expect } from 'vitest';
import { pageRoots, writePage } from '@tandem/document';
import {
  COMMANDS,
  documentPatch,
  MAX_AWARENESS_STATE_BYTES,
  MAX_COMMANDS_IN_FLIGHT,
  profilePatch,
  type Call,
  type ClientMessage,
  type ServerMessage,
} from '@tandem/protocol';
import { writeAwareness } from '../src/presence/awareness-update.ts';
import { eventually } from './eventually.ts';
import { newDocument } from './event-client.ts';
import { ANCHOR, COMMAND_FIELDS, importedBy, type Place } from './hostile-commands.ts';
import type { RunningServer } from './running-server.ts';
import { signIn, type SignedIn } from './signed-in.ts';
import { TransportClient, type Way } from './transport-client.ts';

export const newName = profilePatch.shape.name.def.innerType;
export const newTitle = documentPatch.shape.title;
const newMessageText = COMMANDS['chat:send'].input.shape.text;

const CHANNEL_FIELDS = ['open.document', 'subscribe.name', 'presence:list.query', 'awareness'];

/** Each text is answered, on a connection that stays. */
export const WIRE_FIELDS: readonly string[] = [
  ...Object.keys(COMMAND_FIELDS),
  ...CHANNEL_FIELDS,
  'page text',
];

type EndingField = (text: string, place: Place) => ClientMessage;

/** Only the server writes these fields: an invalid value may end its own connection, and no other. */
const ENDING_FIELDS: Readonly<Record<string, EndingField>> = {
  'open.position.epoch': (epoch, { own: document }) => ({
    ...{ type: 'open', channel: 0, ref: 1, document, client: 1 },
    position: { epoch, timeline: 't', offset: 0 },
  }),
  'open.position.timeline': (timeline, { own: document }) => ({
    ...{ type: 'open', channel: 0, ref: 1, document, client: 1 },
    position: { epoch: 'i', timeline, offset: 0 },
  }),
  'open.presence.epoch': (epoch, { own: document }) => ({
    ...{ type: 'open', channel: 0, ref: 1, document, client: 1 },
    presence: { epoch, offset: 0 },
  }),
  'subscribe.position.epoch': (epoch) => ({
    ...{ type: 'subscribe', channel: 0, ref: 1, name: 'library' },
    position: { epoch, offset: 0 },
  }),
  'token.token': (token) => ({ type: 'token', channel: 0, token }),
};

export type Outcome = 'accepted' | 'refused' | 'left out' | 'ended alone';

export class Outcomes {
  readonly #counts = new Map<string, Map<Outcome, number>>();

  add(field: string, outcome: Outcome): void {
    const counts = this.#counts.get(field) ?? new Map<Outcome, number>();
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
    this.#counts.set(field, counts);
  }

  of(field: string): number {
    return [...(this.#counts.get(field)?.values() ?? [])].reduce((sum, count) => sum + count, 0);
  }

  get fields(): readonly string[] {
    return [...this.#counts.keys()];
  }

  toJSON(): object {
    return Object.fromEntries(
      [...this.#counts].map(([field, counts]) => [field, Object.fromEntries(counts)]),
    );
  }
}

export class HostileSender {
  readonly guest: SignedIn;
  readonly way: Way;
  readonly place: Place;
  /** Expected values, after all accepted changes. */
  readonly expected: { name: string; title: string; messages: Map<string, string>; page: string };
  readonly #server: RunningServer;
  readonly #texts: readonly string[];
  readonly #outcomes: Outcomes;
  readonly #client: number;
  #connection: TransportClient | null = null;
  #channel = 0;
  #clock = 0;

  private constructor(options: SenderOptions, guest: SignedIn) {
    const { server, way, texts, outcomes, client, document } = options;
    this.#server = server;
    this.way = way;
    this.#texts = texts;
    this.#outcomes = outcomes;
    this.#client = client;
    this.guest = guest;
    const ids = { message: ulid(), comment: ulid(), imported: ulid() };
    this.place = { document, own: newDocument(), ...ids };
    this.expected = { name: guest.user.name, title: 'Tide log', messages: new Map(), page: '' };
  }

  static async join(options: SenderOptions): Promise<HostileSender> {
    const { server, way, document, client } = options;
    const sender = new HostileSender(options, await signIn(server));
    const connection = await TransportClient.authenticated(server, way, sender.guest);
    sender.#connection = connection;
    const ref = connection.nextRef();
    await connection.send({ type: 'open', channel: 0, ref, document, client });
    sender.#channel = (await connection.next('opened')).channel;
    const { own, message, comment, imported: thread } = sender.place;
    const title = sender.expected.title;
    await sender.#run(ulid(), { name: 'document:create', input: { document: own, title } });
    const input = { document, text: 'x', mentions: [], replyTo: null };
    await sender.#run(message, { name: 'chat:send', input });
    const about = { document, anchor: ANCHOR, text: 'x', mentions: [] };
    await sender.#run(comment, { name: 'comment:start', input: about });
    const imported = { ...about, document: own, imported: importedBy('Cleo') };
    await sender.#run(thread, { name: 'comment:start', input: imported });
    sender.expected.messages.set(message, 'x');
    return sender;
  }

  get connection(): TransportClient {
    return this.#connection as TransportClient;
  }

  async sendAll(): Promise<void> {
    for (const text of this.#texts) {
      await this.#asCommands(text);
      await this.#onChannels(text);
    }
    await this.#asPage();
    expect(this.connection.end).toBeNull();
    this.connection.leave();
  }

  /** Each value is sent on a connection of its own, over all transports in turn. */
  async sendWhatMayEnd(ways: readonly Way[]): Promise<void> {
    let turn = 0;
    for (const text of this.#texts)
      for (const [field, make] of Object.entries(ENDING_FIELDS)) {
        const way = ways[turn++ % ways.length] as Way;
        const connection = await TransportClient.authenticated(this.#server, way, this.guest);
        await connection.send(make(text, this.place));
        await connection.settled();
        this.#outcomes.add(field, connection.end === null ? 'accepted' : 'ended alone');
        connection.leave();
      }
  }

  async #run(id: string, call: object): Promise<ServerMessage> {
    await this.connection.send({ type: 'command', channel: 0, id, ...(call as Call) });
    return await this.#answer(id);
  }

  async #answer(id: string): Promise<ServerMessage> {
    const isAnswer = (message: ServerMessage) =>
      (message.type === 'done' || message.type === 'refused') && message.id === id;
    await eventually(
      () => `command ${id} is answered; ${JSON.stringify(this.connection.end)}`,
      () => this.connection.received.some(isAnswer),
    );
    return this.connection.received.find(isAnswer) as ServerMessage;
  }

  async #asCommands(text: string): Promise<void> {
    const fields = Object.entries(COMMAND_FIELDS).map(([field, make]) => ({
      field,
      id: ulid(),
      call: make(text, this.place),
    }));
    for (let from = 0; from < fields.length; from += MAX_COMMANDS_IN_FLIGHT) {
      const batch = fields.slice(from, from + MAX_COMMANDS_IN_FLIGHT);
      for (const { id, call } of batch)
        await this.connection.send({ type: 'command', channel: 0, id, ...(call as Call) });
      for (const { field, id } of batch) {
        const isDone = (await this.#answer(id)).type === 'done';
        this.#outcomes.add(
          `${field} over ${JSON.stringify(this.way)}`,
          isDone ? 'accepted' : 'refused',
        );
        if (isDone) this.#expect(field, id, asReceived(text, this.way));
      }
    }
  }

  #expect(field: string, id: string, text: string): void {
    const { expected, place } = this;
    switch (field) {
      case 'profile:change.name':
        expected.name = newName.parse(text);
        break;
      case 'document:rename.title':
        expected.title = newTitle.parse(text);
        break;
      case 'chat:send.text':
        expected.messages.set(id, newMessageText.parse(text));
        break;
      case 'chat:send.mentions.user':
        expected.messages.set(id, '@x');
        break;
      case 'chat:edit.text':
        expected.messages.set(place.message, newMessageText.parse(text));
        break;
      default:
        break;
    }
  }

  async #onChannels(text: string): Promise<void> {
    const { connection } = this;
    const count = (field: string, outcome: Outcome) =>
      this.#outcomes.add(`${field} over ${JSON.stringify(this.way)}`, outcome);
    const ref = connection.nextRef();
    const client = this.#client + 10_000;
    await connection.send({ type: 'open', channel: 0, ref, document: text, client });
    await connection.send({ type: 'subscribe', channel: 0, ref, name: text });
    const query = { type: 'presence:list', channel: this.#channel, ref, query: text } as const;
    await connection.send({ ...query, after: 0 });
    await connection.next('unsubscribed', (message) => message.ref === ref);
    count('subscribe.name', 'refused');
    await connection.next('presence:listed', (message) => message.ref === ref);
    count('presence:list.query', 'accepted');
    const state = JSON.stringify({ cursor: text, [text]: { user: { name: text } } });
    const fits = Buffer.byteLength(state) <= MAX_AWARENESS_STATE_BYTES;
    if (fits) {
      const entry = { client: this.#client, clock: ++this.#clock, state };
      const update = writeAwareness([entry]);
      await connection.send({ type: 'awareness', channel: this.#channel, update });
    }
    await connection.settled();
    count('awareness', fits ? 'accepted' : 'left out');
    const opened = connection.received.find(
      (message) => message.type === 'opened' && message.ref === ref,
    );
    if (opened !== undefined) await connection.send({ type: 'leave', channel: opened.channel });
    else await connection.next('closed', (message) => message.ref === ref);
    count('open.document', opened === undefined ? 'refused' : 'accepted');
  }

  /** Writes a page, whose first words appear in lists. */
  async #asPage(): Promise<void> {
    const doc = new Y.Doc();
    const blocks = this.#texts
      .filter((text) => text !== '')
      .map((text) => ({ type: 'textBlock', content: [{ type: 'text', text }] }) as const);
    writePage(doc, blocks, randomBytes);
    const { connection } = this;
    const ref = connection.nextRef();
    const { own: document } = this.place;
    await connection.send({ type: 'open', channel: 0, ref, document, client: doc.clientID });
    const { channel } = await connection.next('opened', (message) => message.ref === ref);
    const update = Y.encodeStateAsUpdate(doc);
    await connection.send({ type: 'update', channel, cseq: 1, update });
    await connection.next('ack', (message) => message.channel === channel);
    for (const _ of this.#texts)
      this.#outcomes.add(`page text over ${JSON.stringify(this.way)}`, 'accepted');
    // As Yjs encodes it.
    const copy = new Y.Doc();
    Y.applyUpdate(copy, update);
    const page = textOf(copy);
    this.expected.page = page;
    for (const { content } of blocks) expect(page).toContain(content[0].text.toWellFormed());
  }
}

export interface SenderOptions {
  readonly server: RunningServer;
  readonly way: Way;
  readonly texts: readonly string[];
  readonly outcomes: Outcomes;
  readonly client: number;
  readonly document: string;
}

/** MessagePack carries UTF-8 alone; JSON escapes what UTF-8 cannot encode. */
export function asReceived(text: string, { format }: Way): string {
  return format === 'binary' ? text.toWellFormed() : text;
}

export function textOf(page: Y.Doc): string {
  return pageRoots(page).text.toString();
}
