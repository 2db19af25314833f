/** A channel store in memory: the test makes commits, and controls when reads are answered. */
import type { ChannelEvent, ChannelPosition, ReceivedEvent } from '@tandem/protocol';
import type { LoadedState } from '../../storage/channel-states.ts';
import type { ChannelStore } from '../channel-store.ts';
import type { EventRun } from '../../storage/event-rows.ts';

export class ModelStore implements ChannelStore {
  epoch = 'e1';
  keptRows = 300;
  failing = false;
  readonly #events: ChannelEvent[] = [];
  #waiting: (() => 'read' | 'answered')[] = [];
  readonly #pace: 'at once' | 'by hand';

  constructor(pace: 'at once' | 'by hand' = 'at once') {
    this.#pace = pace;
  }

  get head(): number {
    return this.#events.length;
  }

  /** @returns the notification for the hub. */
  commit(count: number, at = Date.now()): EventRun {
    const from = this.head;
    const events = Array.from({ length: count }, (_, i) => event(from + i + 1, at));
    this.#events.push(...events);
    return { from, events, bytes: 100 * count };
  }

  readHead(): Promise<ChannelPosition> {
    return this.#answer(() => ({ epoch: this.epoch, offset: this.head }));
  }

  readEvents(_key: string, to: number): Promise<EventRun | null> {
    return this.#answer(() => {
      const from = Math.max(0, to - 300, this.head - this.keptRows);
      if (from >= to) return null;
      return { from, events: this.#events.slice(from, to), bytes: 100 * (to - from) };
    });
  }

  loadState(): Promise<LoadedState | null> {
    return this.#answer(() => ({
      epoch: this.epoch,
      offset: this.head,
      state: { type: 'chat', messages: [], head: this.head },
    }));
  }

  async mayChat(): Promise<boolean> {
    return true;
  }

  async maySee(): Promise<boolean> {
    return true;
  }

  async whoMaySee(): Promise<(user: string) => boolean> {
    return () => true;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** The first step of a read sees the rows, the second one answers with them. */
  async step(at = 0): Promise<void> {
    const question = this.#waiting[at];
    if (question === undefined) return;
    if (question() === 'answered')
      this.#waiting = this.#waiting.filter((other) => other !== question);
    await settled();
  }

  async answerAll(): Promise<void> {
    while (this.#waiting.length > 0) await this.step();
  }

  #answer<T>(read: () => T): Promise<T> {
    if (this.failing) return Promise.reject(new Error('the store fails'));
    if (this.#pace === 'at once') return Promise.resolve(read());
    return new Promise((resolve) => {
      let value: { readonly read: T } | null = null;
      this.#waiting.push(() => {
        if (value === null) {
          value = { read: read() };
          return 'read';
        }
        resolve(value.read);
        return 'answered';
      });
    });
  }
}

export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function event(offset: number, at: number): ChannelEvent {
  return { name: 'chat:deleted', at, message: String(offset).padStart(26, '0') };
}

export function offsetOf(event: ReceivedEvent): number {
  return event.name === 'chat:deleted' ? Number(event.message) : NaN;
}
