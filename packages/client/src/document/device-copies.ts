/**
 * The copies of documents on this device: of those that were used last, so that they can be read and written without
 * a network. Copies with unconfirmed work are never deleted.
 */
import type { Clock } from '../environment.ts';
import type { Store, StoredCopy } from '../store/store.ts';

/** Enough for the work of weeks, and few enough for the space that browsers give. */
const MAX_DEVICE_COPIES = 200;

export interface DeviceCopiesOptions {
  readonly store: Pick<Store, 'copies' | 'evict' | 'touch' | 'outbox'>;
  readonly clock: Clock;
  readonly isOpen: (document: string) => boolean;
  readonly maxCopies?: number;
}

export class DeviceCopies {
  readonly #options: DeviceCopiesOptions;

  constructor(options: DeviceCopiesOptions) {
    this.#options = options;
  }

  /** Documents that can be opened without a network, also those that only have unconfirmed work. */
  async list(): Promise<ReadonlySet<string>> {
    const { store } = this.#options;
    const [copies, outbox] = await Promise.all([store.copies(), store.outbox()]);
    return new Set([...copies, ...outbox].map(({ document }) => document));
  }

  /** Copies from a history of the server's database that has ended: a restore from a backup may lack the documents. */
  async fromBefore(timeline: string): Promise<readonly StoredCopy[]> {
    const copies = await this.#options.store.copies();
    return copies.filter((copy) => copy.timeline !== timeline);
  }

  /** Unless there is unconfirmed work. */
  async remove(document: string): Promise<void> {
    await this.#options.store.evict([document]);
  }

  /** A copy that is not read or written for long gives way to others. */
  async use(document: string): Promise<void> {
    const { store, clock } = this.#options;
    await store.touch(document, clock.now());
  }

  /** Deletes the copies that were not used for longest, beyond the most that a device keeps. */
  async evict(): Promise<void> {
    const { store, isOpen, maxCopies = MAX_DEVICE_COPIES } = this.#options;
    const copies = await store.copies();
    if (copies.length <= maxCopies) return;
    const oldest = copies
      .toSorted((one, other) => one.usedAt - other.usedAt)
      .slice(0, copies.length - maxCopies)
      .map(({ document }) => document);
    await store.evict(oldest.filter((document) => !isOpen(document)));
  }
}
