/** Typing indicators of chats: sent to all subscribers, never stored. */
import { readChannelName } from '@tandem/protocol';
import { EncodedMessage } from '../runtime/encoded-message.ts';
import type { TimerWheel } from '../runtime/timer-wheel.ts';
import { TypingList } from '../presence/typing-list.ts';
import { EventChannel } from './event-channel.ts';
import type { Subscription } from './subscription.ts';

export interface ChatTypingOptions {
  readonly wheel: TimerWheel;
  readonly mayChat: (document: string, user: string) => Promise<boolean>;
  /** Somebody here has started or stopped; for other nodes. */
  readonly onLocal: (document: string, change: TypingChange) => void;
}

export interface TypingChange {
  readonly user: string;
  readonly typing: 'start' | 'stop';
}

export class ChatTyping {
  readonly #options: ChatTypingOptions;
  readonly #lists = new Map<EventChannel, TypingList>();

  constructor(options: ChatTypingOptions) {
    this.#options = options;
  }

  async start({ channel, subscriber: { user } }: Subscription): Promise<void> {
    if (!(channel instanceof EventChannel)) return;
    const { type, document } = readChannelName(channel.name);
    if (type !== 'chat' || document === null) return;
    // Checked each time: the role may have been taken away.
    if (!(await this.#options.mayChat(document, user.id))) this.#lists.get(channel)?.stop(user.id);
    else if (isThere(channel, user.id)) {
      this.#list(channel).start(user.id);
      this.#options.onLocal(document, { user: user.id, typing: 'start' });
    }
  }

  stop({ channel, subscriber: { user } }: Subscription): void {
    if (!(channel instanceof EventChannel)) return;
    const list = this.#lists.get(channel);
    if (list?.has(user.id) !== true) return;
    list.stop(user.id);
    const { document } = readChannelName(channel.name);
    if (document !== null) this.#options.onLocal(document, { user: user.id, typing: 'stop' });
  }

  /** Of a person on another node. */
  setTypingOf(channel: EventChannel, { user, typing }: TypingChange): void {
    if (typing === 'start') this.#list(channel).start(user);
    else this.#lists.get(channel)?.stop(user);
  }

  /** Newcomers assume that nobody types. Who lagged may have missed that somebody stopped. */
  welcome({ channel, subscriber }: Subscription, was: 'opening' | 'lagging'): void {
    if (!(channel instanceof EventChannel)) return;
    const users = this.#lists.get(channel)?.seenBy(subscriber.user.id) ?? [];
    if (users.length > 0 || (was === 'lagging' && readChannelName(channel.name).type === 'chat'))
      subscriber.deliver(encodedTyping(channel, users));
  }

  left(subscription: Subscription): void {
    const { channel, subscriber } = subscription;
    if (channel instanceof EventChannel && !isThere(channel, subscriber.user.id))
      this.stop(subscription);
  }

  #list(channel: EventChannel): TypingList {
    let list = this.#lists.get(channel);
    if (list === undefined) {
      list = new TypingList(this.#options.wheel, () => this.#broadcast(channel));
      this.#lists.set(channel, list);
    }
    return list;
  }

  #broadcast(channel: EventChannel): void {
    const list = this.#list(channel);
    const messageFor = (user: string | null) => encodedTyping(channel, list.seenBy(user));
    const shared = messageFor(null);
    channel.subscribers.each(({ state, subscriber }) => {
      if (state !== 'live' || subscriber.isConflating) return;
      const { id } = subscriber.user;
      subscriber.deliver(list.has(id) ? messageFor(id) : shared);
    });
    if (list.foremost.length === 0) this.#lists.delete(channel);
  }
}

function encodedTyping({ number }: EventChannel, users: string[]): EncodedMessage {
  return new EncodedMessage({ type: 'typing:changed', channel: number, users });
}

function isThere(channel: EventChannel, user: string): boolean {
  return channel.subscribers.all().some(({ subscriber }) => subscriber.user.id === user);
}
