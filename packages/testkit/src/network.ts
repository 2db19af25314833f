/**
 * A network in memory. Two named ends share a duplex link; what one sends arrives at the other in
 * order, after the link's latency, when the clock gets there. A test cuts links, or lets one
 * direction fall silent, at any moment. Messages are opaque and passed by reference.
 */

import type { Clock, TimerHandle } from './clock.ts';
import type { Random } from './random.ts';

export interface LinkOptions {
  /** Least time on the way, in milliseconds. */
  readonly latencyMs: number;
  /** Each message takes up to this much longer, in milliseconds; the order is kept. */
  readonly jitterMs: number;
}

export interface NetworkOptions extends LinkOptions {
  readonly clock: Clock;
  readonly random: Random;
}

/** What an end is told. */
export interface LinkReceiver<Message> {
  onMessage(message: Message): void;
  /** Called once. `closed`: the other end closed; `cut`: the link broke, and messages may be lost. */
  onEnd(reason: 'closed' | 'cut'): void;
}

/** Who learns of a cut. The others find out by silence. */
export type CutNotice = 'both' | 'neither' | { readonly only: string };

export class SimulatedNetwork<Message> {
  readonly #options: NetworkOptions;
  readonly #links = new Set<Link<Message>>();

  constructor(options: NetworkOptions) {
    this.#options = options;
  }

  /** A new open link. Give both of its ends a receiver before the clock moves. */
  connect(from: string, to: string, options: Partial<LinkOptions> = {}): Link<Message> {
    const link = new Link<Message>([from, to], { ...this.#options, ...options });
    this.#links.add(link);
    return link;
  }

  /** The links that are open at one end or both, oldest first; with a name, those that touch it. */
  links(name?: string): Link<Message>[] {
    for (const link of this.#links) if (!link.isOpen) this.#links.delete(link);
    return [...this.#links].filter(
      ({ ends }) => name === undefined || ends.some((end) => end.name === name),
    );
  }
}

/** One end of a link, in the hands of whoever it is named for. */
export interface LinkEnd<Message> {
  readonly name: string;
  /** The name of the other end. */
  readonly peer: string;
  /** `ended` once it was closed here, or told of the end. */
  readonly state: 'open' | 'ended';
  /** How many messages of this end are still on the way. */
  readonly inFlight: number;
  receiver: LinkReceiver<Message> | undefined;
  /** Returns false when this end has ended: the message goes nowhere. */
  send(message: Message): boolean;
  /** Ends here at once; the other end hears of it after all that was sent before. */
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

  /** False when both ends have ended. */
  get isOpen(): boolean {
    return this.#ends.some((end) => end.state === 'open');
  }

  /** @throws Error when neither end has this name. */
  end(name: string): LinkEnd<Message> {
    return this.#end(name);
  }

  /** Breaks the link: what is on the way is lost, and nothing sent from now on arrives. */
  cut(notice: CutNotice = 'both'): void {
    for (const end of this.#ends) end.break();
    for (const end of this.#ends) {
      const told = typeof notice === 'object' ? end.name === notice.only : notice === 'both';
      if (told) end.finish('cut');
    }
  }

  /** The network falls silent for what this end sends: it waits, and so does its close. */
  stall(sender: string): void {
    this.#end(sender).stall();
  }

  /** What waited goes on its way, in order. */
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

/** An end, and the way to the other one: a queue whose head waits for its time. */
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
    // Never before the one ahead of it.
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
    // Before the receiver runs: it may throw, send, stall or cut.
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
