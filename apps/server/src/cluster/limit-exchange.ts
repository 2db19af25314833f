/**
 * Tells other nodes how many connections users and addresses hold here, and what they have used of their rates, so
 * that limits count in the whole cluster: LI1 to LI6 in `rate-limits/README.md`.
 */
import { z } from 'zod';
import { BUS_MESSAGE } from '../bus/bus-limits.ts';
import type { Bus, Mail } from '../bus/bus.ts';
import { SHARED_LIMITS } from '../limits.ts';
import type { Clock } from '../runtime/clock.ts';
import { decodeMessage, encodeMessage } from './node-message.ts';

/** How many of a kind, such as connections, each key holds on this node. */
export interface LocalCount {
  /** In the whole cluster. */
  readonly max: number;
  of(key: string): number;
  keys(): Iterable<string>;
}

/** A rate by key; each node gives from a bucket of its own. */
export interface SharedRate {
  /** Sets the one listener. */
  onTaken(listener: (key: string, amount: number) => void): void;
  takenElsewhere(key: string, amount: number): void;
}

export interface SharedLimits<Limit extends string> {
  readonly counts: Readonly<Record<Limit, LocalCount>>;
  readonly rates: Readonly<Record<string, SharedRate>>;
}

export interface LimitExchangeOptions<Limit extends string> extends SharedLimits<Limit> {
  readonly bus: Bus;
  /** A message of another version, which changes nothing: UP7. */
  readonly onUnknown: () => void;
  readonly clock: Clock;
}

/** Longer ones count on their node only. */
const MAX_KEY_LENGTH = 256;

const name = z.string().max(MAX_KEY_LENGTH);
const entriesOf = (amount: z.ZodType<number>) => z.array(z.tuple([name, name, amount]));
const entries = entriesOf(z.number().int().nonnegative());

const limitMessage = z.discriminatedUnion('kind', [
  /** How many the sender's node holds now. */
  z.object({ kind: z.literal('counts'), entries }),
  /** What it has given since its last message; less than none, if more was given back to it. */
  z.object({ kind: z.literal('taken'), entries: entriesOf(z.number().int()) }),
  /** It drains, and holds nothing any more. */
  z.object({ kind: z.literal('released') }),
]);

type LimitMessage = z.infer<typeof limitMessage>;
type Entry = z.infer<typeof entries>[number];

interface Held {
  readonly count: number;
  readonly reportedMs: number;
}

const SERVICE = 'limits';

export class LimitExchange<Limit extends string = string> implements Disposable {
  readonly #options: LimitExchangeOptions<Limit>;
  /** What others hold, by boot, and by limit and key. */
  readonly #held = new Map<string, Map<string, Held>>();
  /** What others know of this node, by limit and key. */
  readonly #reported = new Map<string, Entry>();
  readonly #changed = new Map<string, readonly [limit: Limit, key: string]>();
  readonly #taken = new Map<string, Entry>();
  readonly #stops: readonly (() => void)[];
  #timer: unknown = null;
  #repeatTimer: unknown = null;
  #state: 'open' | 'released' = 'open';

  constructor(options: LimitExchangeOptions<Limit>) {
    this.#options = options;
    const { bus, rates } = options;
    this.#stops = [
      bus.onMail(SERVICE, (mail) => this.#receive(mail)),
      bus.onPeer(({ kind, peer }) => {
        if (kind === 'joined') this.#reportAllTo(peer.node);
        else this.#held.delete(peer.boot);
      }),
    ];
    for (const [rate, each] of Object.entries(rates))
      each.onTaken((key, amount) => this.#handleTaken(rate, key, amount));
    this.#repeatLater();
  }

  /** How many a key holds on other nodes, as far as they have told. */
  count(limit: Limit, key: string): number {
    const id = idOf(limit, key);
    let count = 0;
    for (const held of this.#held.values()) count += held.get(id)?.count ?? 0;
    return count;
  }

  /** The count of a key on this node is another. */
  changed(limit: Limit, key: string): void {
    if (this.#state === 'released') return;
    if (this.#isAlone) {
      this.#reported.clear();
      return;
    }
    this.#changed.set(idOf(limit, key), [limit, key]);
    this.#sendSoon();
  }

  /** This node drains: its clients are about to connect to others. */
  release(): void {
    this.#state = 'released';
    this.#changed.clear();
    this.#reported.clear();
    this.#send(this.#others, { kind: 'released' });
  }

  [Symbol.dispose](): void {
    const { clock } = this.#options;
    clock.clearTimeout(this.#timer);
    clock.clearTimeout(this.#repeatTimer);
    for (const stop of this.#stops) stop();
  }

  get #others(): readonly string[] {
    return this.#options.bus.peers.map(({ node }) => node);
  }

  get #isAlone(): boolean {
    return this.#options.bus.peers.length === 0;
  }

  #handleTaken(rate: string, key: string, amount: number): void {
    if (this.#isAlone || key.length > MAX_KEY_LENGTH) return;
    const id = idOf(rate, key);
    const [, , before] = this.#taken.get(id) ?? [rate, key, 0];
    const sum = before + amount;
    if (sum === 0) this.#taken.delete(id);
    else this.#taken.set(id, [rate, key, sum]);
    this.#sendSoon();
  }

  #sendSoon(): void {
    this.#timer ??= this.#options.clock.setTimeout(() => {
      this.#timer = null;
      this.#sendChanged();
    }, SHARED_LIMITS.intervalMs);
  }

  #sendChanged(): void {
    const counts: Entry[] = [];
    for (const [id, [limit, key]] of this.#changed) {
      const count = this.#reportableCount(limit, key);
      const [, , reported] = this.#reported.get(id) ?? [limit, key, 0];
      if (count !== reported) counts.push(this.#recordReported(limit, key, count));
    }
    const taken = [...this.#taken.values()];
    this.#changed.clear();
    this.#taken.clear();
    this.#sendEntries(this.#others, 'counts', counts);
    this.#sendEntries(this.#others, 'taken', taken);
  }

  /** Tells everything to a node that knows nothing of this one. */
  #reportAllTo(node: string): void {
    if (this.#state === 'released') return;
    // Told to the new node only, changes would not be told to the others.
    this.#sendChanged();
    const counts: Entry[] = [];
    const limits = Object.entries(this.#options.counts) as [Limit, LocalCount][];
    for (const [limit, each] of limits) {
      for (const key of each.keys()) {
        const count = this.#reportableCount(limit, key);
        if (count > 0) counts.push(this.#recordReported(limit, key, count));
      }
    }
    this.#sendEntries([node], 'counts', counts);
  }

  #recordReported(limit: Limit, key: string, count: number): Entry {
    const entry: Entry = [limit, key, count];
    if (count === 0) this.#reported.delete(idOf(limit, key));
    else this.#reported.set(idOf(limit, key), entry);
    return entry;
  }

  #reportableCount(limit: Limit, key: string): number {
    const counts = this.#options.counts[limit];
    const count = counts.of(key);
    const isReportable =
      count >= counts.max * SHARED_LIMITS.reportedShare && key.length <= MAX_KEY_LENGTH;
    return isReportable ? count : 0;
  }

  #sendEntries(nodes: readonly string[], kind: 'counts' | 'taken', all: readonly Entry[]): void {
    for (let at = 0; at < all.length; at += SHARED_LIMITS.perMessage)
      this.#sendPart(nodes, kind, all.slice(at, at + SHARED_LIMITS.perMessage));
  }

  /** In several messages, if one would be too large. */
  #sendPart(nodes: readonly string[], kind: 'counts' | 'taken', part: Entry[]): void {
    if (this.#send(nodes, { kind, entries: part }) === 'sent' || part.length === 1) return;
    const middle = part.length >> 1;
    this.#sendPart(nodes, kind, part.slice(0, middle));
    this.#sendPart(nodes, kind, part.slice(middle));
  }

  /** What is dropped is missing on the others: counts until they are repeated, and what was taken of a rate: LI6. */
  #send(nodes: readonly string[], message: LimitMessage): 'sent' | 'too-large' {
    const payload = encodeMessage(message);
    if (payload.byteLength > BUS_MESSAGE.maxBytes) return 'too-large';
    for (const node of nodes) this.#options.bus.send(node, SERVICE, payload);
    return 'sent';
  }

  #receive({ from: { boot }, payload }: Mail): void {
    const message = decodeMessage(limitMessage, payload);
    switch (message?.kind) {
      case 'counts':
        this.#handleCounts(boot, message.entries);
        break;
      case 'taken': {
        const { rates } = this.#options;
        for (const [rate, key, amount] of message.entries) rates[rate]?.takenElsewhere(key, amount);
        break;
      }
      case 'released':
        this.#held.delete(boot);
        break;
      case undefined:
        this.#options.onUnknown();
    }
  }

  /** The boot may be no peer yet. */
  #handleCounts(boot: string, counts: readonly Entry[]): void {
    const reportedMs = this.#options.clock.monotonicMs();
    const held = this.#held.get(boot) ?? new Map<string, Held>();
    this.#held.set(boot, held);
    for (const [limit, key, count] of counts) {
      const id = idOf(limit, key);
      if (count === 0) held.delete(id);
      else if (held.has(id) || held.size < SHARED_LIMITS.maxReported)
        held.set(id, { count, reportedMs });
    }
  }

  /** What was lost on the way is right after the next repetition. */
  #repeatLater(): void {
    this.#repeatTimer = this.#options.clock.setTimeout(() => {
      this.#forgetOld();
      this.#sendEntries(this.#others, 'counts', [...this.#reported.values()]);
      this.#repeatLater();
    }, SHARED_LIMITS.repeatMs);
  }

  /** A message may come after the end of its sender, and the one that says that nothing is held may be lost. */
  #forgetOld(): void {
    const oldMs = this.#options.clock.monotonicMs() - SHARED_LIMITS.forgetAfterMs;
    for (const [boot, held] of this.#held) {
      for (const [id, { reportedMs }] of held) if (reportedMs <= oldMs) held.delete(id);
      if (held.size === 0) this.#held.delete(boot);
    }
  }
}

function idOf(limit: string, key: string): string {
  return `${limit} ${key}`;
}
