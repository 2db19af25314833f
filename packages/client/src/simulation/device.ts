import type { ManualClock, SeededRandom } from '@tandem/testkit';
import { OUTBOX_ENTRY_FORMAT } from '../store/outbox-entry-format.ts';
import { decodeEntries, type UnloadOutboxStorage } from '../store/unload-outbox.ts';
import { createMemoryStore } from '../store/memory-store.ts';
import type { Store } from '../store/store.ts';
import { MemoryStorage } from '../testing/memory-storage.ts';
import { tokensInBytes } from './content.ts';
import { Lane } from './lane.ts';

const MAX_STORE_MS = 30;

export type Fate = 'dropped' | 'finished';

export class Device {
  readonly name: string;
  readonly store = createMemoryStore();
  disk: 'good' | 'full' = 'good';
  readonly #storage = new MemoryStorage();

  constructor(name: string) {
    this.name = name;
  }

  async tokens(): Promise<ReadonlySet<string>> {
    const { updates, outbox } = await this.store.load('document');
    const rejected = await this.store.listRejectedUpdates();
    const bytes = [
      ...updates,
      ...outbox.map(({ update }) => update),
      ...rejected.map(({ replica }) => replica),
    ];
    return new Set([...bytes.flatMap(tokensInBytes), ...this.unloadOutbox()]);
  }

  unloadOutbox(): readonly string[] {
    const updates = [...this.#storage.all().values()].flatMap(
      (value) => decodeEntries(value, OUTBOX_ENTRY_FORMAT) ?? [],
    );
    return updates.flatMap(({ update }) => tokensInBytes(update));
  }

  /** Opens the disk for one tab: each store call takes a while, and none runs after `end`. */
  open({ clock, random }: { readonly clock: ManualClock; readonly random: SeededRandom }): {
    readonly store: Store;
    readonly unloadOutbox: UnloadOutboxStorage;
    readonly end: (fate: Fate) => void;
  } {
    const lane = new Lane(clock, { random, maxDelayMs: MAX_STORE_MS });
    const { store } = this;
    const storage = this.#storage;
    let isOpen = true;
    const read = <T>(run: () => Promise<T>) =>
      new Promise<T>((resolve, reject) => lane.add(() => void run().then(resolve, reject)));
    const write = <T>(run: () => Promise<T>) =>
      read(async () => {
        if (this.disk === 'full') throw new Error('the disk is full');
        return run();
      });
    return {
      end: (fate) => {
        isOpen = false;
        lane.shut();
        if (fate === 'dropped') lane.cut();
      },
      unloadOutbox: {
        all: () => storage.all(),
        put: (name, value) => isOpen && this.disk === 'good' && storage.put(name, value),
        remove: (name) => isOpen && storage.remove(name),
      },
      store: {
        load: (document) => read(() => store.load(document)),
        facts: (document) => read(() => store.facts(document)),
        outbox: () => read(() => store.outbox()),
        listRejectedUpdates: () => read(() => store.listRejectedUpdates()),
        enqueue: (entry) => write(() => store.enqueue(entry)),
        recover: (entries) => write(() => store.recover(entries)),
        advance: (document, change) => write(() => store.advance(document, change)),
        compact: (document, change) => write(() => store.compact(document, change)),
        rejectedUpdates: (document, decide) => write(() => store.rejectedUpdates(document, decide)),
        discard: (id) => write(() => store.discard(id)),
        touch: (document, at) => write(() => store.touch(document, at)),
        copies: () => read(() => store.copies()),
        evict: (documents) => write(() => store.evict(documents)),
        close: () => undefined,
      },
    };
  }
}
