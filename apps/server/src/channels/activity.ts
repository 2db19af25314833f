/**
 * The `activity` channel: changes in the documents of a user's list. Each document sends its newest
 * values at most once per second, in one message for all its watchers.
 */
import {
  ACTIVITY_INTERVAL_MS,
  addDeleted,
  MAX_FOLLOWED_DOCUMENTS,
  type ActivityState,
  type DocumentActivity,
  type User,
} from '@tandem/protocol';
import { Throttle } from '../runtime/throttle.ts';
import { EncodedMessage } from '../runtime/encoded-message.ts';
import { LATEST } from './latest-channel.ts';
import {
  SubscriberList,
  Subscription,
  type Channel,
  type ChannelSubscriber,
} from './subscription.ts';

export interface ActivityOptions {
  readonly number: number;
  readonly load: (user: string) => Promise<ActivityState['documents']>;
  readonly whoMaySee: (document: string) => Promise<(user: string) => boolean>;
  readonly whoLists: (
    documents: readonly string[],
    users: readonly string[],
  ) => Promise<readonly string[]>;
  readonly present: (document: string) => User[];
  readonly onDelivered: (receivers: number) => void;
  readonly onFault: (error: unknown) => void;
}

type Values = Omit<DocumentActivity, 'present'>;

/**
 * A document on a watcher's list. Most have one or a few watchers: sets would take most of the
 * memory.
 */
interface Watched {
  values: Values;
  readonly watchers: Watcher[];
}

interface Watcher {
  readonly user: string;
  readonly subscribers: SubscriberList;
  documents: readonly string[];
  loading: Promise<void> | null;
  isOutdated: boolean;
}

export class Activity implements Channel, Disposable {
  readonly name = 'activity';
  readonly number: number;
  readonly #options: ActivityOptions;
  readonly #watchers = new Map<string, Watcher>();
  readonly #watched = new Map<string, Watched>();
  /** Users with long lists: only the most recently changed documents of these are followed. */
  readonly #partial = new Set<string>();
  #strayed = new Set<string>();
  #changed = new Set<string>();
  readonly #flush = new Throttle({
    intervalMs: ACTIVITY_INTERVAL_MS,
    run: () => this.#publish(),
    onError: (error) => this.#options.onFault(error),
  });

  constructor(options: ActivityOptions) {
    this.number = options.number;
    this.#options = options;
  }

  subscribe(subscriber: ChannelSubscriber, ref: number): Subscription {
    const subscription = new Subscription(subscriber, this, ref);
    const watcher = this.#watcher(subscriber.user.id);
    watcher.subscribers.add(subscription);
    subscriber.onDrain(async () => {
      if (subscription.isOver) return;
      // All tabs of a user share one read.
      if (watcher.isOutdated || watcher.loading !== null) await this.#load(watcher);
      if (subscription.isOver) return;
      this.#answer(subscription, watcher);
    });
    return subscription;
  }

  catchUp(subscription: Subscription): void {
    const watcher = this.#watchers.get(subscription.subscriber.user.id);
    if (watcher !== undefined) this.#answer(subscription, watcher);
  }

  leave(subscription: Subscription): void {
    const watcher = this.#watchers.get(subscription.subscriber.user.id);
    if (watcher === undefined) return;
    watcher.subscribers.remove(subscription);
    if (watcher.subscribers.size > 0) return;
    this.#watchers.delete(watcher.user);
    this.#partial.delete(watcher.user);
    for (const document of watcher.documents) this.#unwatch(watcher, document);
  }

  peopleChanged(document: string): void {
    this.#schedule(document);
  }

  excerptChanged(
    document: string,
    { excerpt, at }: { readonly excerpt: string; readonly at: number },
  ): void {
    this.changed(document);
    this.#set(document, ({ updatedAt, ...rest }) => ({
      ...rest,
      excerpt,
      updatedAt: Math.max(updatedAt, at),
    }));
  }

  changed(document: string): void {
    if (this.#partial.size === 0) return;
    this.#strayed.add(document);
    this.#flush.schedule();
  }

  chatted(
    document: string,
    { head, isImported }: { readonly head: number; readonly isImported: boolean },
  ): void {
    this.#set(document, ({ chatHead, chatImported, ...rest }) => ({
      ...rest,
      chatHead: Math.max(chatHead, head),
      chatImported: isImported ? Math.max(chatImported, head) : chatImported,
    }));
  }

  chatDeleted(document: string, number: number): void {
    this.#set(document, (values) => ({
      ...values,
      chatDeleted: addDeleted(values.chatDeleted, number),
    }));
  }

  relisted(user: string): void {
    const watcher = this.#watchers.get(user);
    if (watcher === undefined) return;
    watcher.isOutdated = true;
    this.#load(watcher).catch((error: unknown) => this.#options.onFault(error));
  }

  async recheck(document: string): Promise<void> {
    const watched = this.#watched.get(document);
    if (watched === undefined) return;
    const maySee = await this.#options.whoMaySee(document);
    for (const watcher of [...watched.watchers])
      if (!maySee(watcher.user)) this.#drop(watcher, document);
  }

  resync(): void {
    for (const user of this.#watchers.keys()) this.relisted(user);
  }

  [Symbol.dispose](): void {
    this.#flush[Symbol.dispose]();
  }

  #watcher(user: string): Watcher {
    let watcher = this.#watchers.get(user);
    if (watcher === undefined) {
      watcher = {
        user,
        subscribers: new SubscriberList(),
        documents: [],
        loading: null,
        isOutdated: true,
      };
      this.#watchers.set(user, watcher);
    }
    return watcher;
  }

  async #load(watcher: Watcher): Promise<void> {
    await (watcher.loading ??= this.#read(watcher).finally(() => (watcher.loading = null)));
  }

  async #read(watcher: Watcher): Promise<void> {
    while (watcher.isOutdated && this.#watchers.get(watcher.user) === watcher) {
      watcher.isOutdated = false;
      try {
        this.#take(watcher, await this.#options.load(watcher.user));
      } catch (error) {
        watcher.isOutdated = true;
        throw error;
      }
    }
  }

  #take(watcher: Watcher, documents: ActivityState['documents']): void {
    if (this.#watchers.get(watcher.user) !== watcher) return;
    for (const document of watcher.documents)
      if (!Object.hasOwn(documents, document)) this.#drop(watcher, document);
    const known = new Set(watcher.documents);
    for (const [document, { present: _present, ...values }] of Object.entries(documents)) {
      if (known.has(document)) continue;
      const watched = this.#watched.get(document);
      if (watched === undefined) this.#watched.set(document, { values, watchers: [watcher] });
      else watched.watchers.push(watcher);
      this.#schedule(document);
    }
    watcher.documents = Object.keys(documents);
    if (watcher.documents.length < MAX_FOLLOWED_DOCUMENTS) this.#partial.delete(watcher.user);
    else this.#partial.add(watcher.user);
  }

  #drop(watcher: Watcher, document: string): void {
    watcher.documents = watcher.documents.filter((other) => other !== document);
    this.#unwatch(watcher, document);
    this.#send([watcher], { [document]: null });
  }

  #unwatch(watcher: Watcher, document: string): void {
    const watchers = this.#watched.get(document)?.watchers ?? [];
    const at = watchers.indexOf(watcher);
    if (at === -1) return;
    watchers[at] = watchers.at(-1) as Watcher;
    watchers.pop();
    if (watchers.length === 0) this.#watched.delete(document);
  }

  #set(document: string, change: (values: Values) => Values): void {
    const watched = this.#watched.get(document);
    if (watched === undefined) return;
    watched.values = change(watched.values);
    this.#schedule(document);
  }

  #schedule(document: string): void {
    if (!this.#watched.has(document)) return;
    this.#changed.add(document);
    this.#flush.schedule();
  }

  #publish(): void {
    const strayed = this.#strayed;
    this.#strayed = new Set();
    if (strayed.size > 0)
      this.#follow(strayed).catch((error: unknown) => this.#options.onFault(error));
    const changed = this.#changed;
    this.#changed = new Set();
    for (const document of changed) {
      const watched = this.#watched.get(document);
      if (watched === undefined) continue;
      this.#send(watched.watchers, { [document]: this.#value(document, watched) });
    }
  }

  async #follow(documents: ReadonlySet<string>): Promise<void> {
    const unfollowed = [...documents].filter((document) => {
      const watchers = this.#watched.get(document)?.watchers ?? [];
      return [...this.#partial].some((user) => !watchers.some((watcher) => watcher.user === user));
    });
    if (unfollowed.length === 0) return;
    for (const user of await this.#options.whoLists(unfollowed, [...this.#partial])) {
      const isFollowed = (document: string) =>
        this.#watched.get(document)?.watchers.some((watcher) => watcher.user === user);
      if (!unfollowed.every(isFollowed)) this.relisted(user);
    }
  }

  #send(watchers: Iterable<Watcher>, documents: Record<string, DocumentActivity | null>): void {
    const encoded = new EncodedMessage({
      type: 'activity:changed',
      channel: this.number,
      documents,
    });
    let receivers = 0;
    for (const watcher of watchers) {
      watcher.subscribers.each((subscription) => {
        if (subscription.state !== 'live') return;
        if (subscription.subscriber.isConflating) {
          subscription.state = 'lagging';
          subscription.subscriber.catchUpLater(subscription);
        } else {
          subscription.subscriber.deliver(encoded);
          receivers++;
        }
      });
    }
    if (receivers > 0) this.#options.onDelivered(receivers);
  }

  #answer(subscription: Subscription, watcher: Watcher): void {
    const state = { type: 'activity', documents: this.#documents(watcher) } as const;
    subscription.answer({ recovered: false, ...LATEST, state });
    if (!subscription.isOver) subscription.state = 'live';
  }

  #documents(watcher: Watcher): Record<string, DocumentActivity> {
    const documents: Record<string, DocumentActivity> = {};
    for (const document of watcher.documents) {
      const watched = this.#watched.get(document);
      if (watched !== undefined) documents[document] = this.#value(document, watched);
    }
    return documents;
  }

  #value(document: string, { values }: Watched): DocumentActivity {
    return { ...values, present: this.#options.present(document) };
  }
}
