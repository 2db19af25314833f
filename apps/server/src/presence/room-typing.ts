/** Typing indicators of one room. Created on first use: in most rooms nobody types. */
import { Throttle } from '../runtime/throttle.ts';
import type { Subscriber } from './subscriber.ts';
import { EncodedMessage } from '../runtime/encoded-message.ts';
import type { TimerWheel } from '../runtime/timer-wheel.ts';
import { PRESENCE } from './limits.ts';
import type { Presence } from './roster.ts';
import { TypingList } from './typing-list.ts';

export interface RoomTypingOptions {
  readonly channel: number;
  readonly wheel: TimerWheel;
  readonly here: ReadonlySet<Presence>;
  readonly delivered: (receivers: number) => void;
  readonly onError: (error: unknown) => void;
}

export class RoomTyping implements Disposable {
  readonly #options: RoomTypingOptions;
  readonly #list: TypingList;
  readonly #flush = new Throttle({
    intervalMs: () => this.#options.here.size * PRESENCE.msPerReceiver,
    run: () => this.#send(),
    onError: (error) => this.#options.onError(error),
  });
  #sent = '';

  constructor(options: RoomTypingOptions) {
    this.#options = options;
    this.#list = new TypingList(options.wheel, () => this.#flush.schedule());
  }

  start(user: string): void {
    this.#list.start(user);
  }

  stop(user: string): void {
    this.#list.stop(user);
  }

  has(user: string): boolean {
    return this.#list.has(user);
  }

  /** A newcomer assumes that nobody types. */
  welcome(subscriber: Subscriber): void {
    if (this.#list.seenBy(null).length > 0) this.refresh(subscriber);
  }

  refresh(subscriber: Subscriber): void {
    subscriber.deliver(this.#message(subscriber.user.id));
  }

  [Symbol.dispose](): void {
    this.#flush[Symbol.dispose]();
  }

  #send(): void {
    const foremost = this.#list.foremost.join();
    if (foremost === this.#sent) return;
    this.#sent = foremost;
    const { here, delivered } = this.#options;
    const shared = this.#message(null);
    for (const { subscriber } of here) {
      const { id } = subscriber.user;
      subscriber.deliver(this.#list.has(id) ? this.#message(id) : shared);
    }
    delivered(here.size);
  }

  #message(user: string | null): EncodedMessage {
    const { channel } = this.#options;
    return new EncodedMessage({ type: 'typing:changed', channel, users: this.#list.seenBy(user) });
  }
}
