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

interface Asked {
  readonly topic: string;
  readonly entry: Entry;
  readonly resolve: (confirmed: boolean) => void;
}

export class TopicTable {
  readonly #broker: TopicBroker;
  readonly #onError: (error: unknown) => void;
  readonly #entries = new Map<string, Entry>();
  /** Asked for while another request is with the broker, whose command would cost as much for one as for hundreds. */
  #waiting: Asked[] = [];
  #request: Promise<boolean> | null = null;

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
    entry.confirmation ??= new Promise((resolve) => {
      this.#waiting.push({ topic, entry, resolve });
      this.#askForWaiting();
    });
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
    this.#request = null;
    for (const { resolve } of this.#waiting) resolve(false);
    this.#waiting = [];
    for (const entry of this.#entries.values()) entry.confirmation = null;
  }

  deliver(topic: string, message: TopicMessage): void {
    this.#entries.get(topic)?.listeners.emit(message);
  }

  #askForWaiting(): void {
    if (this.#request !== null || this.#waiting.length === 0) return;
    const asked = this.#waiting;
    this.#waiting = [];
    // Some were closed while they waited.
    const present = asked.filter(({ topic, entry }) => this.#entries.get(topic) === entry);
    const request = this.#broker.subscribe(present.map(({ topic }) => topic));
    this.#request = request;
    void request.then((confirmed) => {
      for (const { resolve } of asked) resolve(confirmed);
      if (this.#request !== request) return;
      this.#request = null;
      this.#askForWaiting();
    });
  }
}
