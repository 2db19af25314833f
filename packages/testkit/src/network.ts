/**
 * An in-memory network. Two named ends share a duplex link, which delivers messages in order, after
 * its latency, when the clock gets there. A test can cut a link or stall one direction at any
 * moment. Messages are opaque and passed by reference.
 */

import type { Clock, TimerHandle } from './manual-clock.ts';
import type { Random } from './random.ts';

export interface LinkOptions {
  readonly latencyMs: number;
  /** Maximum random addition to each transit time; the order is kept. */
  readonly jitterMs: number;
}

export interface NetworkOptions extends LinkOptions {
  readonly clock: Clock;
  readonly random: Random;
}

export interface LinkReceiver<Message> {
  onMessage(message: Message): void;
  /**
   * Called once. `closed`: the other end closed; `cut`: the link broke, and messages may be lost.
   */
  onEnd(reason: 'closed' | 'cut'): void;
}

/** The ends that are notified of a cut. The others notice only the silence. */
export type CutNotice = 'both' | 'neither' | { readonly only: string };

export class SimulatedNetwork<Message> {
  readonly #options: NetworkOptions;
  readonly #links = new Set<Link<Message>>();

  constructor(options: NetworkOptions) {
    this.#options = options;
  }

  /** Opens a link. Set a receiver on both ends before the clock moves. */
  connect(from: string, to: string, options: Partial<LinkOptions> = {}): Link<Message> {
    const link = new Link<Message>([from, to], { ...this.#options, ...options });
    this.#links.add(link);
    return link;
  }

  links(name?: string): Link<Message>[] {
    for (const link of this.#links) if (!link.isOpen) this.#links.delete(link);
    return [...this.#links].filter(
      ({ ends }) => name === undefined || ends.some((end) => end.name === name),
    );
  }
}

export interface LinkEnd<Message> {
  readonly name: string;
  readonly peer: string;
  /** `ended` once this end has closed or was notified of the end. */
  readonly state: 'open' | 'ended';
  readonly inFlight: number;
  receiver: LinkReceiver<Message> | undefined;
  /** Returns false, and drops the message, when this end has ended. */
  send(message: Message): boolean;
  /** Ends this side at once; the other end is notified after all earlier messages. */
  close(): void;
}

export class Link<Message> {
  readonly ends: readonly [LinkEnd<Message>, LinkEnd<Message>];
  readonly #ends: readonly [End<Message>, End<Message>];

  constructor(names: readonly [string, string], options: NetworkOptions) {
    const first = new End<Message>(names[0], names[1], options);
    const second = new End<Message>(names[1], names[0], options);
    first.other = second;
    second.other = first;
    this.ends = this.#ends = [first, second];
  }

  get isOpen(): boolean {
    return this.#ends.some((end) => end.state === 'open');
  }

  /** @throws Error when neither end has this name. */
  end(name: string): LinkEnd<Message> {
    return this.#end(name);
  }

  cut(notice: CutNotice = 'both'): void {
    for (const end of this.#ends) end.break();
    for (const end of this.#ends) {
      const isNotified = typeof notice === 'object' ? end.name === notice.only : notice === 'both';
      if (isNotified) end.finish('cut');
    }
  }

  stall(sender: string): void {
    this.#end(sender).stall();
  }

  resume(sender: string): void {
    this.#end(sender).resume();
  }

  #end(name: string): End<Message> {
    const end = this.#ends.find((candidate) => candidate.name === name);
    if (end === undefined) throw new Error(`no end is named ${name}`);
    return end;
  }
}

type Parcel<Message> =
  | { readonly kind: 'message'; readonly message: Message }
  | { readonly kind: 'end' };

class End<Message> implements LinkEnd<Message> {
  readonly name: string;
  readonly peer: string;
  other: End<Message> | undefined;
  receiver: LinkReceiver<Message> | undefined;
  readonly #options: NetworkOptions;
  readonly #queue: { readonly dueMs: number; readonly parcel: Parcel<Message> }[] = [];
  #state: 'open' | 'ended' = 'open';
  #way: 'flowing' | 'stalled' | 'broken' = 'flowing';
  #timer: TimerHandle;

  constructor(name: string, peer: string, options: NetworkOptions) {
    this.name = name;
    this.peer = peer;
    this.#options = options;
  }

  get state(): 'open' | 'ended' {
    return this.#state;
  }

  get inFlight(): number {
    return this.#queue.filter(({ parcel }) => parcel.kind === 'message').length;
  }

  send(message: Message): boolean {
    if (this.#state === 'ended') return false;
    this.#push({ kind: 'message', message });
    return true;
  }

  close(): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#push({ kind: 'end' });
  }

  stall(): void {
    if (this.#way !== 'flowing') return;
    this.#way = 'stalled';
    this.#options.clock.clearTimeout(this.#timer);
  }

  resume(): void {
    if (this.#way !== 'stalled') return;
    this.#way = 'flowing';
    this.#wait();
  }

  break(): void {
    this.#way = 'broken';
    this.#queue.length = 0;
    this.#options.clock.clearTimeout(this.#timer);
  }

  finish(reason: 'closed' | 'cut'): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#listener().onEnd(reason);
  }

  #push(parcel: Parcel<Message>): void {
    if (this.#way === 'broken') return;
    const { clock, random, latencyMs, jitterMs } = this.#options;
    const earliestMs = clock.now() + latencyMs + random.next() * jitterMs;
    // Keeps the order: never earlier than the message ahead.
    const dueMs = Math.max(earliestMs, this.#queue.at(-1)?.dueMs ?? 0);
    this.#queue.push({ dueMs, parcel });
    if (this.#queue.length === 1) this.#wait();
  }

  #wait(): void {
    const head = this.#queue[0];
    if (head === undefined || this.#way !== 'flowing') return;
    const { clock } = this.#options;
    this.#timer = clock.setTimeout(() => this.#deliver(), head.dueMs - clock.now());
  }

  #deliver(): void {
    const head = this.#queue.shift();
    // Schedule the next one first: the receiver may throw, send, stall or cut.
    this.#wait();
    if (head?.parcel.kind === 'message') this.other?.arrive(head.parcel.message);
    else if (head?.parcel.kind === 'end') this.other?.finish('closed');
  }

  arrive(message: Message): void {
    if (this.#state === 'open') this.#listener().onMessage(message);
  }

  #listener(): LinkReceiver<Message> {
    if (this.receiver === undefined)
      throw new Error(`${this.name} has no receiver for ${this.peer}`);
    return this.receiver;
  }
}
