/** The topics that this node listens to, each subscribed once at the broker: BU2. */
import type { StopListening, TopicMessage } from './bus.ts';
import { ListenerSet } from './listener-set.ts';

interface Entry {
  readonly listeners: ListenerSet<TopicMessage>;
  /** Of the present connection; null before it was asked for. */
  confirmation: Promise<boolean> | null;
}

export interface TopicBroker {
  subscribe(topics: readonly string[]): Promise<boolean>;
  unsubscribe(topic: string): void;
}

export class TopicTable {
  readonly #broker: TopicBroker;
  readonly #onError: (error: unknown) => void;
  readonly #entries = new Map<string, Entry>();

  constructor(broker: TopicBroker, onError: (error: unknown) => void) {
    this.#broker = broker;
    this.#onError = onError;
  }

  add(topic: string, listener: (message: TopicMessage) => void): StopListening {
    const entry = this.#entries.get(topic) ?? {
      listeners: new ListenerSet<TopicMessage>(this.#onError),
      confirmation: null,
    };
    this.#entries.set(topic, entry);
    const stop = entry.listeners.add(listener);
    return () => {
      stop();
      if (entry.listeners.size > 0 || this.#entries.get(topic) !== entry) return;
      this.#entries.delete(topic);
      if (entry.confirmation !== null) this.#broker.unsubscribe(topic);
    };
  }

  /** Asks the broker, once for each connection. */
  confirm(topic: string): Promise<boolean> {
    const entry = this.#entries.get(topic);
    if (entry === undefined) return Promise.resolve(false);
    entry.confirmation ??= this.#broker.subscribe([topic]);
    return entry.confirmation;
  }

  /** Subscribes everything at a new connection. */
  async restore(): Promise<boolean> {
    if (this.#entries.size === 0) return true;
    const all = this.#broker.subscribe([...this.#entries.keys()]);
    for (const entry of this.#entries.values()) entry.confirmation = all;
    return await all;
  }

  handleDisconnected(): void {
    for (const entry of this.#entries.values()) entry.confirmation = null;
  }

  deliver(topic: string, message: TopicMessage): void {
    this.#entries.get(topic)?.listeners.emit(message);
  }
}
