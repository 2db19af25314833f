/** An engine with one document that several clients have open, and the notices about it. */
import { validatePage } from '@tandem/document';
import type { DocumentKind } from '@tandem/protocol';
import { Authority } from '@tandem/sync';
import * as Y from 'yjs';
import { describeDocument } from '../validation/testing/survival.ts';
import type { JournalInit } from '../../storage/journal/journal.ts';
import { IDLE } from '../limits.ts';
import type { EngineNotice } from '../port.ts';
import { rulesFor } from '../rules.ts';
import { EngineFixture } from './engine-fixture.ts';

export interface Opening {
  readonly subscription: number;
  readonly user: string;
  readonly intent: 'valid' | 'attack';
  sent: number;
  acknowledged: number;
  state: 'open' | 'refused';
  missing: Uint8Array | null;
}

const DOCUMENT = 'fuzzed';

export class FuzzFixture {
  readonly kind: DocumentKind;
  readonly received = new Y.Doc({ guid: 'heard' });
  readonly rows: Uint8Array[] = [];
  readonly #bench = new EngineFixture();
  readonly #openings = new Map<number, Opening>();
  readonly #faults: string[] = [];
  #offset = 0;
  #handledTurns = 0;
  #lastSubscription = 0;

  private constructor(kind: DocumentKind) {
    this.kind = kind;
  }

  static async create(kind: DocumentKind, seed?: JournalInit['seed']): Promise<FuzzFixture> {
    const fixture = new FuzzFixture(kind);
    const init = { document: DOCUMENT, epoch: 'life', kind, seed };
    await fixture.#bench.journal.create(init);
    return fixture;
  }

  open(
    intent: Opening['intent'],
    { user, client }: { readonly user: string; readonly client?: number },
  ): Opening {
    const subscription = ++this.#lastSubscription;
    this.#bench.engine.request({ kind: 'open', document: DOCUMENT, subscription, user, client });
    const fresh = { sent: 0, acknowledged: 0, state: 'open', missing: null } as const;
    const opening: Opening = { subscription, user, intent, ...fresh };
    this.#openings.set(subscription, opening);
    return opening;
  }

  close({ subscription }: Opening): void {
    this.#bench.engine.request({ kind: 'close', document: DOCUMENT, subscription });
    this.#openings.delete(subscription);
  }

  append(opening: Opening, update: Uint8Array): void {
    opening.sent++;
    this.#request(opening, update);
  }

  repair(opening: Opening, update: Uint8Array): void {
    opening.missing = null;
    this.#request(opening, update);
  }

  async turn(): Promise<void> {
    await this.#bench.settle();
    const { turns } = this.#bench;
    for (; this.#handledTurns < turns.length; this.#handledTurns++)
      for (const notice of turns[this.#handledTurns]!) this.#handle(notice);
  }

  async fault(): Promise<string | null> {
    for (const { user, intent, sent, acknowledged, state, missing } of this.#openings.values()) {
      if (state === 'refused' && intent === 'valid') return `a valid update of ${user} was refused`;
      if (state === 'open' && missing === null && acknowledged !== sent)
        return `${user} sent ${sent} updates and ${acknowledged} are saved`;
    }
    return this.#faults[0] ?? (await this.#loadFault());
  }

  async end(): Promise<string | null> {
    for (const opening of [...this.#openings.values()]) this.close(opening);
    await this.#bench.advance(IDLE.unloadAfterMs + IDLE.sweepIntervalMs);
    this.open('valid', { user: 'carol' });
    await this.turn();
    const fault = await this.fault();
    await this.#bench.result(Promise.resolve(this.#bench.engine[Symbol.asyncDispose]()));
    return fault;
  }

  #request({ subscription, sent: cseq, user }: Opening, update: Uint8Array): void {
    this.#bench.append({ document: DOCUMENT, subscription, cseq, user, update });
  }

  #handle(notice: EngineNotice): void {
    switch (notice.kind) {
      case 'answered':
        if (notice.answer.kind === 'refused')
          this.#faults.push(`not opened: ${notice.answer.error.code}`);
        else if (notice.subscription === 1)
          notice.answer.parts.forEach((part) => this.#apply(part));
        break;
      case 'committed':
        if (notice.from !== this.#offset)
          this.#faults.push(`rows ${notice.from} after ${this.#offset}`);
        this.#apply(notice);
        for (const { subscription, cseq } of notice.acks)
          this.#change(subscription, { acknowledged: cseq });
        break;
      case 'refused':
        this.#change(notice.subscription, { state: 'refused' });
        break;
      case 'missing':
        this.#change(notice.subscription, { missing: notice.stateVector });
        break;
      case 'error':
        this.#faults.push(`${notice.what}: ${notice.detail}`);
        break;
      case 'latency':
        break;
      default:
        this.#faults.push(`unexpected notice: ${notice.kind}`);
    }
  }

  #apply({ to, updates }: { readonly to: number; readonly updates: readonly Uint8Array[] }): void {
    this.#offset = to;
    for (const update of updates) {
      this.rows.push(update);
      Y.applyUpdate(this.received, update);
    }
  }

  #change(
    subscription: number,
    change: Partial<Pick<Opening, 'acknowledged' | 'state' | 'missing'>>,
  ): void {
    const opening = this.#openings.get(subscription);
    if (opening !== undefined) Object.assign(opening, change);
  }

  async #loadFault(): Promise<string | null> {
    const stored = await this.#bench.journal.load(DOCUMENT);
    if (stored === null) return 'is not in the journal';
    try {
      const loaded = Authority.load(stored, rulesFor(this.kind)).view();
      if (describeDocument(loaded, 'content') !== describeDocument(this.received, 'content'))
        return 'differs when loaded';
      const [violation] = this.kind === 'page' ? validatePage(loaded) : [];
      return violation === undefined ? null : `holds ${violation.rule} (${violation.found})`;
    } catch (error) {
      return `cannot be loaded: ${String(error)}`;
    }
  }
}
