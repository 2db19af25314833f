import type { ClientMessage, ErrorBody, ServerMessage } from '@tandem/protocol';
import { DelayedQueue, type LinkEnd, type ManualClock, type SeededRandom } from '@tandem/testkit';
import * as Y from 'yjs';
import { ClientChannel, type ChannelMessage, type Replica } from '../client-channel.ts';
import type { ChannelIntent } from '../channel-intent.ts';
import type { Position } from '../engine-event.ts';
import { FORBIDDEN, textOf } from './content.ts';
import type { JournalModel } from './journal-model.ts';

type End = LinkEnd<ClientMessage | ServerMessage>;

export interface Stored {
  copy: Uint8Array[];
  position: Position | undefined;
  outbox: Map<number, Uint8Array>;
  rejected: Uint8Array[];
}

export interface DeviceOptions {
  readonly name: string;
  readonly clock: ManualClock;
  readonly random: SeededRandom;
  readonly journal: JournalModel;
  readonly dial: (name: string) => End | null;
  readonly stored?: Stored;
}

const STORE_DELAY_MS = 8;
const RECONNECT_MS = 30;
const MARK = /\[[^\]]*\]/g;

export class DeviceModel {
  readonly name: string;
  readonly #options: DeviceOptions;
  #stored: Stored;
  #session: Session;
  #slipped = false;

  constructor(options: DeviceOptions) {
    this.name = options.name;
    this.#options = options;
    this.#stored = options.stored ?? {
      copy: [],
      position: undefined,
      outbox: new Map(),
      rejected: [],
    };
    this.#session = this.#start();
  }

  get text(): string {
    return textOf(this.#session.doc).toString();
  }

  get channel(): ClientChannel {
    return this.#session.channel;
  }

  get stored(): Stored {
    return this.#stored;
  }

  /** Updates of its copy, unless it is about to be given up. */
  get copy(): readonly Uint8Array[] {
    return this.#session.isGivenUp ? [] : this.#stored.copy;
  }

  type(mark: string): void {
    const { random } = this.#options;
    const marks = [...this.text.matchAll(MARK)];
    const after = marks.length > 0 && random.chance(0.8) ? random.pick(marks) : undefined;
    textOf(this.#session.doc).insert(
      after === undefined ? 0 : after.index + after[0].length,
      `[${mark}]`,
    );
  }

  /** Types without notifying the channel. The page must not crash any more: nothing is stored. */
  slip(mark: string): void {
    this.#slipped = true;
    this.#session.reporting = 'off';
    this.type(mark);
    this.#session.reporting = 'on';
  }

  get mayCrash(): boolean {
    return !this.#slipped;
  }

  erase(): void {
    const { random } = this.#options;
    const marks = [...this.text.matchAll(MARK)];
    if (marks.length === 0) return;
    const [from, to] = [random.pick(marks), random.pick(marks)].sort((a, b) => a.index - b.index);
    if (from === undefined || to === undefined) return;
    // A few at most, so that content remains to compare at the end.
    const end = Math.min(to.index + to[0].length, from.index + 3 * from[0].length);
    const last = marks.findLast((mark) => mark.index + mark[0].length <= end) ?? from;
    textOf(this.#session.doc).delete(
      from.index,
      Math.max(last.index, from.index) + last[0].length - from.index,
    );
  }

  poison(): void {
    textOf(this.#session.doc).insert(0, FORBIDDEN);
  }

  crash(): void {
    this.#session.end();
    this.#session = this.#start();
  }

  /**
   * Like a crash, but the oldest pending insertion is lost from the outbox and remains only in the
   * copy. A lost deletion would stay unknown, because state vectors do not show deletions.
   */
  crashForgetting(): void {
    this.#session.end();
    const { outbox, copy } = this.#stored;
    const oldest = [...outbox].find(([, update]) => Y.decodeUpdate(update).ds.clients.size === 0);
    if (oldest !== undefined) {
      outbox.delete(oldest[0]);
      copy.push(oldest[1]);
    }
    this.#session = this.#start();
  }

  copyOfStored(): Stored {
    const { copy, position, outbox, rejected } = this.#stored;
    return { copy: [...copy], position, outbox: new Map(outbox), rejected: [...rejected] };
  }

  leaveConnection(): void {
    this.#session.redial();
  }

  #start(): Session {
    const session = new Session(this.#options, this.#stored);
    session.redial();
    return session;
  }
}

class Session {
  doc: Y.Doc;
  reporting: 'on' | 'off' = 'on';
  isGivenUp = false;
  readonly channel: ClientChannel;
  readonly #options: DeviceOptions;
  readonly #stored: Stored;
  readonly #store: DelayedQueue;
  readonly #sent = new Map<number, Uint8Array>();
  #end: End | null = null;
  #lastRef = 0;
  #state: 'running' | 'ended' = 'running';
  #position: Position | undefined;

  constructor(options: DeviceOptions, stored: Stored) {
    const { clock, random, journal, name } = options;
    this.#options = options;
    this.#stored = stored;
    this.#store = new DelayedQueue(clock, { random, maxDelayMs: STORE_DELAY_MS });
    const { position, outbox } = stored;
    this.#position = position;
    const content = [...stored.copy, ...outbox.values()];
    const probe = this.#newDoc(content);
    const isOfJournal = position?.epoch === journal.epoch && position.timeline === journal.timeline;
    if (isOfJournal && !journal.isHeldBy(probe, position.offset)) {
      throw new Error(`${name} stored position ${position.offset} ahead of its content`);
    }
    this.doc = this.#newDoc(content);
    this.#listen();
    const pending = Array.from(outbox, ([id, update]) => ({ id, update }));
    for (const { id, update } of pending) this.#sent.set(id, update);
    this.channel = new ClientChannel({
      document: 'document',
      replica: this.#replica(),
      position,
      pending,
    });
  }

  end(): void {
    this.#state = 'ended';
    this.#store.crash();
    this.#end?.close();
  }

  redial(): void {
    if (this.#state === 'ended') return;
    const old = this.#end;
    this.#end = null;
    old?.close();
    this.channel.disconnected();
    const end = this.#options.dial(this.#options.name);
    if (end === null) return this.#later(() => this.redial());
    this.#end = end;
    end.receiver = {
      onMessage: (message) => {
        if (this.#end === end) {
          this.#run(this.channel.receive(message as ChannelMessage));
        }
      },
      onEnd: () => {
        if (this.#end !== end) return;
        this.#end = null;
        this.channel.disconnected();
        this.#later(() => {
          if (this.#end === null) this.redial();
        });
      },
    };
    this.#run(this.channel.open(++this.#lastRef));
  }

  #run(intents: readonly ChannelIntent[]): void {
    for (const intent of intents) this.#do(intent);
  }

  #do(intent: ChannelIntent): void {
    const stored = this.#stored;
    switch (intent.kind) {
      case 'send':
        this.#end?.send(intent.message);
        break;
      case 'keep': {
        const { id, update } = intent.pending;
        this.#sent.set(id, update);
        this.#store.add(() => stored.outbox.set(id, update));
        break;
      }
      case 'advance': {
        this.#expectLater(intent.position);
        const confirmed = intent.confirmed.map((id) => this.#confirm(id, intent.position));
        for (const update of intent.updates) Y.applyUpdate(this.doc, update, 'remote');
        this.#store.add(() => {
          stored.copy.push(...intent.updates, ...confirmed);
          for (const id of intent.confirmed) stored.outbox.delete(id);
          stored.position = intent.position;
        });
        break;
      }
      case 'reject': {
        const updates = intent.ids.map((id) => this.#sent.get(id) as Uint8Array);
        this.#store.add(() => {
          stored.rejected.push(...updates);
          for (const id of intent.ids) stored.outbox.delete(id);
        });
        break;
      }
      case 'reset':
        this.#position = undefined;
        this.isGivenUp = true;
        this.#store.add(() => {
          Object.assign(stored, { copy: [], position: undefined });
          this.isGivenUp = false;
        });
        this.doc = this.#newDoc([]);
        this.#listen();
        this.channel.restart(this.#replica());
        if (this.#end !== null) this.#run(this.channel.open(++this.#lastRef));
        break;
      case 'reopen':
        this.#later(() => {
          if (this.#end !== null && this.channel.phase === 'closed')
            this.#run(this.channel.open(++this.#lastRef));
        });
        break;
      case 'failed':
        throw new Error(`${this.#options.name} stopped: ${describe(intent.error)}`);
    }
  }

  #expectLater(position: Position): void {
    const last = this.#position;
    this.#position = position;
    if (last?.epoch !== position.epoch || last.timeline !== position.timeline) return;
    if (position.offset < last.offset)
      throw new Error(`${this.#options.name} goes back from ${last.offset} to ${position.offset}`);
  }

  #confirm(id: number, { epoch }: Position): Uint8Array {
    const update = this.#sent.get(id);
    if (update === undefined) throw new Error(`${this.#options.name} did not write ${id}`);
    if (!this.#options.journal.everHeld(update, epoch))
      throw new Error(`${this.#options.name}: ${id} is confirmed and not committed`);
    return update;
  }

  #newDoc(content: readonly Uint8Array[]): Y.Doc {
    const doc = new Y.Doc();
    // Yjs uses Math.random; a seed must be reproducible.
    doc.clientID = this.#options.random.uint32();
    doc.transact(() => content.forEach((update) => Y.applyUpdate(doc, update, 'remote')));
    return doc;
  }

  #listen(): void {
    this.doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin !== 'remote' && this.reporting === 'on') this.#run(this.channel.local(update));
    });
  }

  #replica(): Replica {
    const { doc } = this;
    return {
      client: doc.clientID,
      stateVector: () => Y.encodeStateVector(doc),
      diff: (stateVector) => Y.encodeStateAsUpdate(doc, stateVector),
    };
  }

  #later(work: () => void): void {
    const { clock, random } = this.#options;
    clock.setTimeout(
      () => {
        if (this.#state === 'running') work();
      },
      random.int(0, RECONNECT_MS),
    );
  }
}

function describe(error: ErrorBody): string {
  return `${error.code}, ${error.message}`;
}
