/**
 * One reliable channel: its subscribers, position and newest events. Commits are sent to all in one
 * message, in order. A client with a position gets exactly what followed it, or the whole state.
 */
import {
  errorOf,
  type ChannelEvent,
  type ChannelName,
  type ChannelPosition,
  type ErrorBody,
} from '@tandem/protocol';
import type { LoadedState } from '../storage/channel-states.ts';
import { EncodedMessage } from '../runtime/encoded-message.ts';
import { EVENTS } from '../storage/limits.ts';
import type { ChannelKey } from '../storage/channel-key.ts';
import type { ChannelStore } from './channel-store.ts';
import type { EventRun } from '../storage/event-rows.ts';
import { EventBuffer } from './event-buffer.ts';
import { replayedEvents } from './replayed-events.ts';
import { SubscriberList, type Channel, type Subscription } from './subscription.ts';

export interface EventChannelOptions {
  readonly key: ChannelKey;
  readonly name: ChannelName;
  readonly number: number;
  readonly store: ChannelStore;
  readonly onDelivered: (receivers: number) => void;
  readonly onRecovery: (given: 'rows' | 'whole') => void;
  /** A read failed; all subscribers were dropped and may subscribe again. */
  readonly onFault: (error: unknown) => void;
  /** The subscriber receives what happens from now on: for the first time, or again. */
  readonly onLive: (subscription: Subscription, was: 'opening' | 'lagging') => void;
}

/** Before all offsets: the subscriber needs the state. */
const NO_POSITION = -1;

export class EventChannel implements Channel {
  readonly key: ChannelKey;
  readonly name: ChannelName;
  readonly number: number;
  readonly #store: ChannelStore;
  readonly #onDelivered: (receivers: number) => void;
  readonly #onRecovery: (given: 'rows' | 'whole') => void;
  readonly #onFault: (error: unknown) => void;
  readonly #onLive: EventChannelOptions['onLive'];
  readonly #subscribers = new SubscriberList();
  readonly #ring = new EventBuffer(0);
  #epoch: string | null = null;
  /** Set while the position is loaded. Meanwhile commits wait in `#held`. */
  #syncing: Promise<void> | null = null;
  #held: EventRun[] = [];
  #filling: Promise<void> | null = null;
  #loading: Promise<LoadedState | null> | null = null;
  #rowsStart: number | null = null;
  /** The last recovery, cached because many clients reconnect with the same position. */
  #recovery: { readonly from: number; readonly messages: readonly EncodedMessage[] } | null = null;
  #usedAtMs = 0;

  constructor(options: EventChannelOptions) {
    const { key, name, number, store, onDelivered, onRecovery, onFault, onLive } = options;
    this.key = key;
    this.name = name;
    this.number = number;
    this.#store = store;
    this.#onDelivered = onDelivered;
    this.#onRecovery = onRecovery;
    this.#onFault = onFault;
    this.#onLive = onLive;
  }

  get subscribers(): SubscriberList {
    return this.#subscribers;
  }

  join(subscription: Subscription): void {
    this.#subscribers.add(subscription);
  }

  leave(subscription: Subscription): void {
    this.#subscribers.remove(subscription);
  }

  end(error: ErrorBody): void {
    this.#subscribers.each((subscription) => subscription.end(error));
  }

  committed(run: EventRun): void {
    if (this.#syncing !== null) this.#held.push(run);
    // The position is loaded lazily, on first subscription.
    else if (this.#epoch !== null) this.#take(run);
  }

  /** Another node has published up to this position. */
  async moved({ epoch, offset }: ChannelPosition): Promise<void> {
    // A running read may have begun before that commit.
    await this.#syncing;
    const isKnown = epoch === this.#epoch && offset <= this.#ring.head;
    if (!isKnown) await this.resync();
  }

  async resync(): Promise<void> {
    if (this.#epoch !== null) await (this.#syncing ??= this.#sync());
  }

  /** The state has changed without an event: every subscriber gets it again (W47). */
  async refresh(): Promise<void> {
    // A running read may have begun before the change.
    await this.#loading?.catch(() => null);
    this.#sendStates();
  }

  async sendInitialState(
    subscription: Subscription,
    position: ChannelPosition | null,
  ): Promise<void> {
    await this.#ready();
    if (subscription.isOver) return;
    const isCovered = position !== null && (await this.#covers(position));
    if (subscription.isOver) return;
    if (position !== null) this.#onRecovery(isCovered ? 'rows' : 'whole');
    if (!isCovered) {
      await this.#sendWholeState(subscription);
      return;
    }
    const epoch = this.#epoch as string;
    subscription.answer({ recovered: true, epoch, offset: this.#ring.head });
    this.#goLive(subscription, position.offset);
  }

  async repair(subscription: Subscription, from: number): Promise<void> {
    await this.#ready();
    if (subscription.isOver) return;
    const isCovered = await this.#covers({ epoch: this.#epoch as string, offset: from });
    if (subscription.isOver) return;
    if (isCovered) this.#goLive(subscription, from);
    else await this.#sendWholeState(subscription);
  }

  catchUp(subscription: Subscription): void {
    subscription.subscriber.onDrain(async () => {
      if (subscription.state === 'lagging') await this.repair(subscription, subscription.offset);
    });
  }

  /** Trims old events. @returns whether the whole channel may be dropped. */
  sweep(nowMs: number, idleMs: number): 'idle' | 'in use' {
    this.#ring.trim(nowMs);
    this.#recovery = null;
    if (this.#subscribers.size > 0 || this.#syncing !== null) this.#usedAtMs = nowMs;
    return nowMs - this.#usedAtMs > idleMs ? 'idle' : 'in use';
  }

  async #ready(): Promise<void> {
    if (this.#epoch === null) this.#syncing ??= this.#sync();
    await this.#syncing;
  }

  async #sync(): Promise<void> {
    try {
      const { epoch, offset } = await this.#store.readHead(this.key);
      if (this.#epoch === epoch) await this.#catchUp(offset);
      else this.#reset(epoch, offset);
    } catch (error) {
      this.#onFault(error);
      this.#epoch = null;
      this.end(errorOf('internal'));
    }
    this.#syncing = null;
    const held = this.#held;
    this.#held = [];
    for (const run of held) this.committed(run);
  }

  async #catchUp(head: number): Promise<void> {
    if (head <= this.#ring.head) return;
    const run = await this.#store.readEvents(this.key, head);
    if (run !== null && run.from <= this.#ring.head) this.#take(run);
    else this.#reset(this.#epoch as string, head);
  }

  /** The missed events are unavailable: every subscriber gets the state again. */
  #reset(epoch: string, head: number): void {
    this.#epoch = epoch;
    this.#ring.reset(head);
    this.#rowsStart = null;
    this.#recovery = null;
    this.#sendStates();
  }

  #sendStates(): void {
    this.#subscribers.each((subscription) => {
      if (subscription.state === 'over' || subscription.state === 'opening') return;
      subscription.state = 'lagging';
      subscription.offset = NO_POSITION;
      this.catchUp(subscription);
    });
  }

  #take(run: EventRun): void {
    const { head } = this.#ring;
    const end = run.from + run.events.length;
    if (end <= head) return;
    if (run.from > head) {
      this.#held.push(run);
      this.#syncing ??= this.#sync();
      return;
    }
    const fresh = run.from === head ? run : sliced(run, head);
    this.#ring.append(fresh);
    this.#recovery = null;
    this.#deliver(fresh);
    this.#ring.trim(Date.now());
  }

  #deliver({ from, events }: EventRun): void {
    const to = from + events.length;
    const encoded = new EncodedMessage({ type: 'events', channel: this.number, from, to, events });
    let receivers = 0;
    this.#subscribers.each((subscription) => {
      if (subscription.state !== 'live' || subscription.offset >= to) return;
      if (subscription.subscriber.isLagging) {
        this.#lag(subscription, Math.max(from, subscription.offset));
      } else if (subscription.offset > from) {
        // The state's offset lies within these events.
        this.#goLive(subscription, subscription.offset);
      } else {
        subscription.subscriber.deliver(encoded);
        receivers++;
      }
    });
    if (receivers > 0) this.#onDelivered(receivers);
  }

  #lag(subscription: Subscription, from: number): void {
    subscription.state = 'lagging';
    subscription.offset = from;
    subscription.subscriber.catchUpLater(subscription);
  }

  #goLive(subscription: Subscription, from: number): void {
    const { state } = subscription;
    for (const encoded of this.#messagesAfter(from)) subscription.subscriber.answer(encoded);
    subscription.state = 'live';
    subscription.offset = Math.max(subscription.offset, this.#ring.head);
    if (state === 'opening' || state === 'lagging') this.#onLive(subscription, state);
  }

  async #sendWholeState(subscription: Subscription): Promise<void> {
    for (;;) {
      const loaded = await this.#loadState();
      if (subscription.isOver) return;
      if (loaded === null) {
        subscription.end(errorOf('not-found'));
        return;
      }
      const { epoch, offset, state } = loaded;
      // The state predates the oldest event in memory.
      if (epoch !== this.#epoch || offset < this.#ring.start) {
        await this.resync();
        continue;
      }
      subscription.answer({ recovered: false, epoch, offset, state });
      if (subscription.isOver) return;
      this.#goLive(subscription, Math.min(offset, this.#ring.head));
      // The state includes commits this channel has yet to be notified of.
      subscription.offset = Math.max(offset, subscription.offset);
      return;
    }
  }

  #loadState(): Promise<LoadedState | null> {
    const position = { epoch: this.#epoch as string, offset: this.#ring.head };
    this.#loading ??= this.#store
      .loadState(this.key, position)
      .finally(() => (this.#loading = null));
    return this.#loading;
  }

  async #covers({ epoch, offset }: ChannelPosition): Promise<boolean> {
    // A new epoch may begin during the read.
    return epoch === this.#epoch && (await this.#reaches(offset)) && epoch === this.#epoch;
  }

  async #reaches(offset: number): Promise<boolean> {
    const ring = this.#ring;
    if (offset > ring.head) return false;
    if (offset >= ring.start) return true;
    if (this.#rowsStart !== null && offset < this.#rowsStart) return false;
    await (this.#filling ??= this.#fill().finally(() => (this.#filling = null)));
    return offset >= ring.start && offset <= ring.head;
  }

  async #fill(): Promise<void> {
    const { start } = this.#ring;
    const run = await this.#store.readEvents(this.key, start);
    // Reset or trimmed during the read: waiting subscribers get the state.
    if (this.#ring.start !== start) return;
    this.#rowsStart = run?.from ?? start;
    if (run !== null) this.#ring.prepend(run);
  }

  #messagesAfter(from: number): readonly EncodedMessage[] {
    if (this.#recovery?.from === from) return this.#recovery.messages;
    const events = replayedEvents(this.#ring.after(from));
    const messages: EncodedMessage[] = [];
    for (let at = 0; at < events.length; at += EVENTS.perMessage) {
      const some = events.slice(at, at + EVENTS.perMessage);
      const range = { from: from + at, to: from + at + some.length };
      messages.push(
        new EncodedMessage({ type: 'events', channel: this.number, ...range, events: some }),
      );
    }
    this.#recovery = { from, messages };
    return messages;
  }
}

function sliced(run: EventRun, from: number): EventRun {
  const events: readonly ChannelEvent[] = run.events.slice(from - run.from);
  return { from, events, bytes: run.bytes };
}
