/** An engine with one document that several people have open, and everything that it says of it. */
import { validatePage } from '@tandem/document';
import type { DocumentKind } from '@tandem/protocol';
import { Authority } from '@tandem/sync';
import * as Y from 'yjs';
import { describe } from '../validation/testing/survival.ts';
import type { Birth } from '../../storage/journal/journal.ts';
import { IDLE_UNLOAD_MS, SWEEP_INTERVAL_MS } from '../limits.ts';
import type { EngineNotice } from '../port.ts';
import { rulesFor } from '../rules.ts';
import { EngineBench } from './engine-bench.ts';

/** A subscription, and what became of what it sent. */
export interface Seat {
  readonly subscription: number;
  readonly user: string;
  /** Whether a refusal or a wait of its updates is a fault of the engine. */
  readonly intent: 'honest' | 'attack';
  sent: number;
  acknowledged: number;
  state: 'open' | 'refused';
  /** The state that is to be completed before anything more is taken; null where nothing is missing. */
  missing: Uint8Array | null;
}

const DOCUMENT = 'fuzzed';

export class FuzzFixture {
  readonly kind: DocumentKind;
  /** What subscribers know: the answer to the first opening, and the rows of all events since. */
  readonly heard = new Y.Doc({ guid: 'heard' });
  readonly rows: Uint8Array[] = [];
  readonly #bench = new EngineBench();
  readonly #seats = new Map<number, Seat>();
  readonly #faults: string[] = [];
  #offset = 0;
  #heardTurns = 0;
  #lastSubscription = 0;

  private constructor(kind: DocumentKind) {
    this.kind = kind;
  }

  static async create(kind: DocumentKind, seed?: Birth['seed']): Promise<FuzzFixture> {
    const fixture = new FuzzFixture(kind);
    const birth = { document: DOCUMENT, epoch: 'life', kind, seed };
    await fixture.#bench.journal.create(birth);
    return fixture;
  }

  /** @param options `client`: the Yjs client id that it says it writes under. */
  enter(
    intent: Seat['intent'],
    { user, client }: { readonly user: string; readonly client?: number },
  ): Seat {
    const subscription = ++this.#lastSubscription;
    this.#bench.engine.request({ kind: 'open', document: DOCUMENT, subscription, user, client });
    const fresh = { sent: 0, acknowledged: 0, state: 'open', missing: null } as const;
    const seat: Seat = { subscription, user, intent, ...fresh };
    this.#seats.set(subscription, seat);
    return seat;
  }

  leave({ subscription }: Seat): void {
    this.#bench.engine.request({ kind: 'close', document: DOCUMENT, subscription });
    this.#seats.delete(subscription);
  }

  append(seat: Seat, update: Uint8Array): void {
    seat.sent++;
    this.#request(seat, update);
  }

  /** What was missing, under the newest number once more. */
  repair(seat: Seat, update: Uint8Array): void {
    seat.missing = null;
    this.#request(seat, update);
  }

  /** Lets the engine do all that there is to do, and hears it. */
  async turn(): Promise<void> {
    await this.#bench.settle();
    const { turns } = this.#bench;
    for (; this.#heardTurns < turns.length; this.#heardTurns++)
      for (const notice of turns[this.#heardTurns]!) this.#hear(notice);
  }

  /** Null where honest people were all heard, and the journal holds what everybody knows. */
  async fault(): Promise<string | null> {
    for (const { user, intent, sent, acknowledged, state, missing } of this.#seats.values()) {
      if (state === 'refused' && intent === 'honest')
        return `an honest update of ${user} was refused`;
      if (state === 'open' && missing === null && acknowledged !== sent)
        return `${user} sent ${sent} updates and ${acknowledged} are saved`;
    }
    return this.#faults[0] ?? (await this.#loadFault());
  }

  /** Everybody leaves, the document is compacted and unloaded, and somebody opens it again. */
  async end(): Promise<string | null> {
    for (const seat of [...this.#seats.values()]) this.leave(seat);
    await this.#bench.advance(IDLE_UNLOAD_MS + SWEEP_INTERVAL_MS);
    this.enter('honest', { user: 'somebody' });
    await this.turn();
    const fault = await this.fault();
    await this.#bench.result(Promise.resolve(this.#bench.engine[Symbol.asyncDispose]()));
    return fault;
  }

  #request({ subscription, sent: cseq, user }: Seat, update: Uint8Array): void {
    this.#bench.append({ document: DOCUMENT, subscription, cseq, user, update });
  }

  #hear(notice: EngineNotice): void {
    switch (notice.kind) {
      case 'answered':
        if (notice.answer.kind === 'refused')
          this.#faults.push(`not opened: ${notice.answer.error.code}`);
        else if (notice.subscription === 1) notice.answer.parts.forEach((part) => this.#take(part));
        break;
      case 'committed':
        if (notice.from !== this.#offset)
          this.#faults.push(`rows ${notice.from} after ${this.#offset}`);
        this.#take(notice);
        for (const { subscription, cseq } of notice.acks)
          this.#change(subscription, { acknowledged: cseq });
        break;
      case 'refused':
        this.#change(notice.subscription, { state: 'refused' });
        break;
      case 'missing':
        this.#change(notice.subscription, { missing: notice.stateVector });
        break;
      case 'incident':
        this.#faults.push(`${notice.what}: ${notice.detail}`);
        break;
      // How long something took says nothing about what it did.
      case 'timed':
        break;
      default:
        this.#faults.push(`the engine said ${notice.kind}`);
    }
  }

  #take({ to, updates }: { readonly to: number; readonly updates: readonly Uint8Array[] }): void {
    this.#offset = to;
    for (const update of updates) {
      this.rows.push(update);
      Y.applyUpdate(this.heard, update);
    }
  }

  #change(
    subscription: number,
    change: Partial<Pick<Seat, 'acknowledged' | 'state' | 'missing'>>,
  ): void {
    const seat = this.#seats.get(subscription);
    if (seat !== undefined) Object.assign(seat, change);
  }

  async #loadFault(): Promise<string | null> {
    const stored = await this.#bench.journal.load(DOCUMENT);
    if (stored === null) return 'is not in the journal';
    try {
      const loaded = Authority.load(stored, rulesFor(this.kind)).view();
      if (describe(loaded, 'content') !== describe(this.heard, 'content'))
        return 'differs when loaded';
      const [violation] = this.kind === 'page' ? validatePage(loaded) : [];
      return violation === undefined ? null : `holds ${violation.rule} (${violation.found})`;
    } catch (error) {
      return `cannot be loaded: ${String(error)}`;
    }
  }
}
