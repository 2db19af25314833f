/** An engine in one thread whose event loop, clock and disk a test controls. */
import { ManualClock } from '@tandem/testkit';
import type { AppendRequest, Batch, EngineEvent, OpenAnswer, OpenRequest } from '@tandem/sync';
import * as Y from 'yjs';
import { StorageError } from '../../storage/storage-error.ts';
import type { AppendOutcome, Journal } from '../../storage/journal/journal.ts';
import { createLocalEngine } from '../local-engine.ts';
import { MemoryJournal } from '../../storage/journal/memory-journal.ts';
import type { Engine, EngineNotice } from '../port.ts';

const SETTLE_TURNS = 30;

export class UnreliableJournal extends MemoryJournal {
  readonly appends: string[][] = [];
  readonly loads: string[] = [];
  failAppend: ((documents: readonly string[]) => Error | null) | null = null;
  failLoad: Error | null = null;
  /** The outcome for a document whose batch is not written; null where the journal decides. */
  prevent: ((document: string) => 'busy' | 'conflict' | null) | null = null;

  override async append(batches: readonly Batch[]): Promise<readonly AppendOutcome[]> {
    const documents = batches.map((batch) => batch.document);
    const error = this.failAppend?.(documents) ?? null;
    if (error !== null) throw error;
    this.appends.push(documents);
    const prevented = documents.map((document) => this.prevent?.(document) ?? null);
    const written = await super.append(batches.filter((_, i) => prevented[i] === null));
    let rest = 0;
    return prevented.map((outcome) => outcome ?? written[rest++]!);
  }

  override async load(document: string): ReturnType<Journal['load']> {
    this.loads.push(document);
    if (this.failLoad !== null) throw this.failLoad;
    return await super.load(document);
  }
}

export const fullDisk = new StorageError({
  message: 'database or disk is full',
  retryable: true,
  damaged: false,
});

export class EngineFixture {
  readonly journal: UnreliableJournal;
  readonly clock: ManualClock;
  readonly engine: Engine;
  readonly turns: (readonly EngineNotice[])[] = [];
  readonly #deferred: (() => void)[] = [];

  /** @param shared the journal and the clock of another engine. */
  constructor(shared?: EngineFixture) {
    this.journal = shared?.journal ?? new UnreliableJournal();
    this.clock = shared?.clock ?? new ManualClock(1_000_000);
    this.engine = createLocalEngine({
      journal: this.journal,
      clock: this.clock,
      defer: (run) => this.#deferred.push(run),
      random: () => 0.5,
      isShared: shared !== undefined,
    });
    this.engine.onNotices((notices) => this.turns.push(notices));
  }

  get notices(): readonly EngineNotice[] {
    return this.turns.flat();
  }

  async settle(): Promise<void> {
    do {
      this.#deferred.shift()?.();
      for (let i = 0; i < SETTLE_TURNS; i++) await Promise.resolve();
    } while (this.#deferred.length > 0);
  }

  async result<T>(promise: Promise<T>): Promise<T> {
    await this.settle();
    return await promise;
  }

  async advance(ms: number): Promise<void> {
    await this.clock.advanceAsync(ms, () => this.settle());
    await this.settle();
  }

  async create(document: string, kind: 'page' | 'data' = 'data'): Promise<void> {
    await this.result(this.engine.create({ document, kind, user: 'ada' }));
  }

  async open(
    document: string,
    subscription: number,
    options: Partial<OpenRequest> = {},
  ): Promise<OpenAnswer | undefined> {
    this.engine.request({ kind: 'open', document, subscription, user: 'ada', ...options });
    await this.settle();
    return this.answer(subscription);
  }

  append(
    request: Omit<AppendRequest, 'user'> & { readonly document: string; readonly user?: string },
  ): void {
    this.engine.request({ kind: 'append', user: 'ada', ...request });
  }

  answer(subscription: number): OpenAnswer | undefined {
    return this.#last('answered', subscription)?.answer;
  }

  events<K extends EngineEvent['kind']>(
    kind: K,
    document: string,
  ): Extract<EngineEvent, { kind: K }>[] {
    return this.notices.filter(
      (notice): notice is Extract<EngineEvent, { kind: K }> =>
        notice.kind === kind && 'document' in notice && notice.document === document,
    );
  }

  acknowledged(subscription: number): number {
    let highest = 0;
    for (const notice of this.notices) {
      if (notice.kind !== 'committed') continue;
      for (const ack of notice.acks)
        if (ack.subscription === subscription) highest = Math.max(highest, ack.cseq);
    }
    return highest;
  }

  /** What the other processes are told. */
  appended(): Extract<EngineNotice, { kind: 'appended' }>[] {
    return this.notices.filter((notice) => notice.kind === 'appended');
  }

  #last(kind: 'answered', subscription: number) {
    return this.notices.findLast(
      (notice): notice is Extract<EngineEvent, { kind: 'answered' }> =>
        notice.kind === kind && notice.subscription === subscription,
    );
  }
}

export class Writer {
  readonly doc = new Y.Doc();
  #cseq = 0;
  readonly document: string;
  readonly subscription: number;

  constructor(document: string, subscription: number) {
    this.document = document;
    this.subscription = subscription;
  }

  write(text: string) {
    let update: Uint8Array = new Uint8Array();
    this.doc.once('update', (bytes: Uint8Array) => (update = bytes));
    const target = this.doc.getText('text');
    target.insert(target.length, text);
    return { document: this.document, subscription: this.subscription, cseq: ++this.#cseq, update };
  }
}

export function textOf(answer: OpenAnswer | undefined): string {
  if (answer?.kind !== 'opened') throw new Error('not opened');
  const doc = new Y.Doc();
  for (const part of answer.parts) for (const update of part.updates) Y.applyUpdate(doc, update);
  return doc.getText('text').toString();
}
