/**
 * Broadcasts the cursors of one room: at once after a pause, then at the paced rate. Created with
 * the first cursor, since many rooms have none.
 */
import type { DocumentKind, User } from '@tandem/protocol';
import { Throttle } from '../runtime/throttle.ts';
import type { Subscriber } from './subscriber.ts';
import { EncodedMessage } from '../runtime/encoded-message.ts';
import { AwarenessRelay, type AwarenessChange, type AwarenessTaken } from './awareness-relay.ts';
import { writeAwarenessInPieces, type AwarenessEntry } from './awareness-update.ts';
import { CursorRateController } from './cursor-rate-controller.ts';
import type { Presence } from './roster.ts';

export interface RoomCursorsOptions {
  readonly kind: DocumentKind;
  readonly channel: number;
  readonly here: ReadonlySet<Presence>;
  /** On other nodes. */
  readonly elsewhere: ReadonlySet<Presence>;
  readonly delivered: (receivers: number) => void;
  readonly onPace: () => void;
  readonly onError: (error: unknown) => void;
}

export class RoomCursors implements Disposable {
  readonly #options: RoomCursorsOptions;
  readonly #relay: AwarenessRelay;
  readonly #pace = new CursorRateController();
  readonly #flush = new Throttle({
    intervalMs: () => this.#pace.pauseMs,
    run: () => this.#send(),
    onError: (error) => this.#options.onError(error),
  });

  constructor(options: RoomCursorsOptions) {
    this.#options = options;
    this.#relay = new AwarenessRelay(options.kind);
    for (const { subscriber } of [...options.here, ...options.elsewhere])
      this.#relay.join(subscriber);
  }

  get announcedMs(): number {
    return this.#pace.announcedMs;
  }

  join(subscriber: Subscriber): void {
    this.#relay.join(subscriber);
  }

  leave({ subscription }: Subscriber): void {
    this.#relay.leave(subscription);
    this.#flush.schedule();
  }

  receive({ subscription }: Subscriber, entries: readonly AwarenessEntry[]): AwarenessTaken {
    const taken = this.#relay.receive(subscription, entries, performance.now());
    this.#flush.schedule();
    return taken;
  }

  ownOf({ subscription }: Subscriber, entries: readonly AwarenessEntry[]): AwarenessEntry[] {
    return entries.filter(({ client }) => this.#relay.isOf(subscription, client));
  }

  of({ subscription }: Subscriber): readonly AwarenessEntry[] {
    return this.#relay.statesOf(subscription);
  }

  shownOf(subscriber: Subscriber): readonly AwarenessEntry[] {
    return this.of(subscriber).filter(({ client }) => this.#relay.isShown(client));
  }

  rename(user: User): void {
    this.#relay.rename(user);
    this.#flush.schedule();
  }

  snapshot(): readonly EncodedMessage[] {
    return this.#messages(this.#relay.snapshot());
  }

  correction(): readonly EncodedMessage[] {
    return this.#messages([...this.#relay.gone(), ...this.#relay.snapshot()]);
  }

  [Symbol.dispose](): void {
    this.#flush[Symbol.dispose]();
  }

  #send(): void {
    const changes = this.#relay.takeChanges();
    if (changes.length === 0) return;
    const { here } = this.#options;
    const sent = { cursors: changes.length, receivers: here.size };
    if (this.#pace.onSent(sent, performance.now())) this.#options.onPace();
    const owners = new Set(changes.map(({ owner }) => owner));
    const shared = this.#messages(changes.map(({ entry }) => entry));
    let deliveries = 0;
    for (const { subscriber } of here) {
      const { subscription } = subscriber;
      const messages = owners.has(subscription)
        ? this.#messages(othersOf(subscription, changes))
        : shared;
      for (const encoded of messages) subscriber.deliver(encoded);
      deliveries += messages.length;
    }
    this.#options.delivered(deliveries);
  }

  #messages(entries: readonly AwarenessEntry[]): readonly EncodedMessage[] {
    const { channel } = this.#options;
    return writeAwarenessInPieces(entries).map(
      (update) => new EncodedMessage({ type: 'awareness', channel, update }),
    );
  }
}

function othersOf(
  subscription: number,
  changes: readonly AwarenessChange[],
): readonly AwarenessEntry[] {
  return changes.filter(({ owner }) => owner !== subscription).map(({ entry }) => entry);
}
