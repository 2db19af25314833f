/** People at work in one document on a cluster, and all that can be read of it afterwards. */
import { randomUUID } from 'node:crypto';
import * as Y from 'yjs';
import type { ChannelName } from '@tandem/protocol';
import { PostgresJournal } from '../../src/storage/postgres/postgres-journal.ts';
import { Postgres } from '../../src/storage/postgres/postgres.ts';
import { createData } from '../data-document.ts';
import { eventually } from '../eventually.ts';
import { newDocument } from '../event-client.ts';
import type { Reachable } from '../running-server.ts';
import { signIn, type SignedIn } from '../signed-in.ts';
import { Commander, toDigest, toHistoryEvent } from './commander.ts';
import type { FaultCluster } from './fault-cluster.ts';
import {
  checkChannel,
  checkText,
  type Findings,
  type HistoryEvent,
  type Listener,
  type Sent,
} from './history.ts';
import { Person, type Work } from './person.ts';
import { Writer } from './writer.ts';

const WRITERS = 3;
const COMMANDERS = 2;
const START_LIMIT_MS = 15_000;
/** Of the messages in a state: a new subscriber gets the newest ones. */
const COMPARED_MESSAGES = 40;

interface StoredChannel {
  readonly head: number;
  readonly events: ReadonlyMap<number, HistoryEvent>;
}

export class Scene {
  /** Of words. */
  readonly document: string;
  readonly writers: readonly Writer[];
  readonly #cluster: FaultCluster;
  readonly #page: string;
  readonly #owner: SignedIn;
  readonly #commanders: readonly Commander[];
  readonly #people: readonly Person[];

  private constructor(parts: {
    readonly cluster: FaultCluster;
    readonly document: string;
    readonly page: string;
    readonly owner: SignedIn;
    readonly writers: readonly Writer[];
    readonly commanders: readonly Commander[];
    readonly people: readonly Person[];
  }) {
    this.document = parts.document;
    this.writers = parts.writers;
    this.#cluster = parts.cluster;
    this.#page = parts.page;
    this.#owner = parts.owner;
    this.#commanders = parts.commanders;
    this.#people = parts.people;
  }

  /** Resolves when everyone is connected and at work. */
  static async start(cluster: FaultCluster): Promise<Scene> {
    const { front } = cluster;
    const document = await createData(front);
    const owner = await signIn(front);
    const page = newDocument();
    const answer = await owner.fetch('/api/documents', { method: 'POST', body: { id: page } });
    if (!answer.ok) throw new Error(`no document: ${answer.status}`);
    const people: Person[] = [];
    const add = (guest: SignedIn, work: Work) => people.push(new Person(front, guest, work));
    const writers: Writer[] = [];
    for (let at = 0; at <= WRITERS; at++) {
      const isWriting = at < WRITERS;
      const guest = await signIn(front);
      const name = isWriting ? `w${at}` : 'reader';
      writers.push(new Writer({ name, document, guest, isWriting }));
      add(guest, writers[at] as Writer);
    }
    const commanders: Commander[] = [];
    for (let at = 0; at <= COMMANDERS; at++) {
      const isActing = at < COMMANDERS;
      const name = isActing ? `c${at}` : 'listener';
      const guest = { ...owner };
      commanders.push(new Commander({ name, document: page, guest, isActing }));
      add(guest, commanders[at] as Commander);
    }
    const scene = new Scene({ cluster, document, page, owner, writers, commanders, people });
    for (const person of people) person.start();
    await eventually(
      () => `all are connected: ${scene.describe()}`,
      () => [...writers, ...commanders].every(({ isLive }) => isLive),
      START_LIMIT_MS,
    );
    return scene;
  }

  stopWriting(): void {
    for (const writer of this.writers) writer.isWriting = false;
    for (const commander of this.#commanders) commander.isActing = false;
  }

  async leave(): Promise<void> {
    await Promise.all(this.#people.map((person) => person.leave()));
  }

  describe(): string {
    const writers = this.writers.map(({ name, device }) => {
      const { phase, pending, position } = device.channel;
      return `${name} ${device.isConnected ? phase : 'disconnected'} at ${position?.offset} with ${pending.length} unsaved`;
    });
    return [...writers, ...this.#commanders.map(({ describe }) => describe)].join('; ');
  }

  /** Everyone has what the database has, and nothing waits for an answer. */
  async isSettled(): Promise<boolean> {
    const { writers } = this;
    if (!writers.every(({ isSaved }) => isSaved)) return false;
    if (!this.#commanders.every(({ isSettled }) => isSettled)) return false;
    if (writers.some(({ device }) => device.text !== writers[0]?.device.text)) return false;
    const [journal] = await this.#cluster.query<{ readonly head: string }>(
      'select head from journal where document = $1',
      [this.document],
    );
    const head = Number(journal?.head);
    if (writers.some(({ device }) => device.channel.position?.offset !== head)) return false;
    for (const name of this.#channels) {
      const { head: last } = await this.#readChannel(name);
      const positions = this.#commanders.map((each) => each.replica(name).position?.offset);
      if (positions.some((offset) => (offset ?? 0) < last)) return false;
    }
    return true;
  }

  /** The longest time in which no word, or no command, of all people was acknowledged. */
  get longestPauseMs(): number {
    const words = this.writers.flatMap(({ sent }) => sent);
    const commands = this.#commanders.flatMap((each) =>
      this.#channels.flatMap((name) => each.sent(name)),
    );
    return Math.round(Math.max(longestPause(words), longestPause(commands)));
  }

  async check(findings: Findings): Promise<void> {
    const readers: Writer[] = [];
    const subscribers: Commander[] = [];
    for (const [at, { server }] of this.#cluster.nodes.entries()) {
      readers.push(await this.#readAt(server, `a new reader of node ${at}`));
      subscribers.push(await this.#subscribeAt(server, `a new subscriber of node ${at}`));
    }
    const journal = await this.#readJournal();
    const copies = [...this.writers, ...readers].map(({ name, device }) => ({
      of: name,
      text: device.text,
    }));
    checkText(
      {
        sent: this.writers.flatMap(({ sent }) => sent),
        copies: [...copies, { of: 'the journal', text: journal.text }],
        repeatedRows: journal.repeatedRows,
      },
      findings,
    );
    for (const name of this.#channels) {
      const { events } = await this.#readChannel(name);
      const sent = this.#commanders.flatMap((commander) => commander.sent(name));
      const listeners = [...this.#commanders, ...subscribers].map((each) =>
        this.#listener(each, name),
      );
      checkChannel({ name, sent, stored: events, listeners }, findings);
    }
    await this.#checkMessages(findings);
    for (const { name, device } of this.writers)
      for (const refusal of device.refusals)
        if (refusal !== 'reopen') findings.problems.push(`${name}: ${refusal}`);
    for (const { refusals } of this.#commanders) findings.problems.push(...refusals);
    for (const each of [...readers, ...subscribers]) each.disconnect();
  }

  get #channels(): readonly ChannelName[] {
    return [`chat:${this.#page}`, 'library'];
  }

  async #readAt(node: Reachable, name: string): Promise<Writer> {
    const guest = await signIn(node);
    const reader = new Writer({ name, document: this.document, guest, isWriting: false });
    await reader.connect(node, () => undefined);
    return reader;
  }

  async #subscribeAt(node: Reachable, name: string): Promise<Commander> {
    // At a node whose clock differs, tokens of others may have ended.
    const answer = await fetch(`${node.url}/api/session`, {
      method: 'POST',
      headers: { Cookie: this.#owner.cookie },
    });
    const guest = { ...this.#owner, ...((await answer.json()) as object) };
    const commander = new Commander({ name, document: this.#page, guest, isActing: false });
    await commander.connect(node, () => undefined);
    await eventually(`${name} is there`, () => commander.isSettled);
    return commander;
  }

  #listener(commander: Commander, name: ChannelName): Listener {
    const { state } = commander.replica(name);
    const shown =
      state?.type === 'chat'
        ? state.messages.slice(-COMPARED_MESSAGES).map(({ id, number, text }) => [id, number, text])
        : state?.type === 'library'
          ? state.documents.map(({ id, title }) => [id, title])
          : null;
    return { name: commander.name, entries: commander.entries(name), digest: toDigest(shown) };
  }

  async #readChannel(name: ChannelName): Promise<StoredChannel> {
    const key = name === 'library' ? `library:${this.#owner.user.id}` : name;
    const rows = await this.#cluster.query<{ readonly offset: string; readonly data: string }>(
      'select "offset", data from event where channel = $1 order by "offset"',
      [key],
    );
    const events = new Map(
      rows.map(({ offset, data }) => [Number(offset), toHistoryEvent(JSON.parse(data))] as const),
    );
    return { head: Math.max(0, ...events.keys()), events };
  }

  /** The chat itself: numbers from 1, and each message once. */
  async #checkMessages({ lost, problems }: Findings): Promise<void> {
    const rows = await this.#cluster.query<{ readonly id: string; readonly number: string }>(
      "select id, number from message where document = $1 and channel = 'chat' order by number",
      [this.#page],
    );
    if (rows.some(({ number }, at) => Number(number) !== at + 1))
      problems.push('messages are not numbered from 1 without a gap');
    const ids = new Set(rows.map(({ id }) => id));
    for (const commander of this.#commanders)
      for (const { item, acknowledgedMs } of commander.sent(`chat:${this.#page}`))
        if (acknowledgedMs !== null && !ids.has(item)) lost.push(`message ${item}`);
  }

  async #readJournal(): Promise<{ readonly text: string; readonly repeatedRows: number }> {
    const { databaseUrl: url } = this.#cluster;
    const journal = new PostgresJournal(
      new Postgres({ url, connections: 1, name: `check-${randomUUID()}` }),
    );
    try {
      const stored = await journal.load(this.document);
      if (stored === null) throw new Error('the document is not in the journal');
      const doc = new Y.Doc();
      if (stored.snapshot !== null) Y.applyUpdate(doc, stored.snapshot);
      let changes = 0;
      doc.on('update', () => changes++);
      for (const { update } of stored.rows) Y.applyUpdate(doc, update);
      const text = doc.getText('text').toJSON();
      return { text, repeatedRows: stored.rows.length - changes };
    } finally {
      await journal[Symbol.asyncDispose]();
    }
  }
}

function longestPause(sent: readonly Sent[]): number {
  const times = sent
    .flatMap(({ acknowledgedMs }) => acknowledgedMs ?? [])
    .toSorted((a, b) => a - b);
  return Math.max(0, ...times.slice(1).map((time, at) => time - (times[at] as number)));
}
