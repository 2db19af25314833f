import type { ManualClock, SeededRandom } from '@tandem/testkit';
import { createMemoryStore } from '../store/memory-store.ts';
import type { Store } from '../store/store.ts';
import { tokensInBytes } from './content.ts';
import { Lane } from './lane.ts';

const MAX_STORE_MS = 30;

/** One disk, shared by tabs. */
export class Device {
  readonly name: string;
  readonly store = createMemoryStore();
  /** `full`: no write is made any more. */
  disk: 'good' | 'full' = 'good';

  constructor(name: string) {
    this.name = name;
  }

  /** Whatever is on the disk, readable or not. */
  async tokens(): Promise<ReadonlySet<string>> {
    const { updates, outbox } = await this.store.load('document');
    const aside = await this.store.listSetAside();
    const bytes = [
      ...updates,
      ...outbox.map(({ update }) => update),
      ...aside.map(({ copy }) => copy),
    ];
    return new Set(bytes.flatMap(tokensInBytes));
  }

  /** The store as one tab sees it: each call takes a while, and none is carried out after `cut`. */
  open({ clock, random }: { readonly clock: ManualClock; readonly random: SeededRandom }): {
    readonly store: Store;
    readonly cut: () => void;
  } {
    const lane = new Lane(clock, { random, maxDelayMs: MAX_STORE_MS });
    const { store } = this;
    const read = <T>(run: () => Promise<T>) =>
      new Promise<T>((resolve, reject) => lane.add(() => void run().then(resolve, reject)));
    const write = <T>(run: () => Promise<T>) =>
      read(async () => {
        if (this.disk === 'full') throw new Error('the disk is full');
        return run();
      });
    return {
      cut: () => lane.cut(),
      store: {
        load: (document) => read(() => store.load(document)),
        facts: (document) => read(() => store.facts(document)),
        outbox: () => read(() => store.outbox()),
        listSetAside: () => read(() => store.listSetAside()),
        enqueue: (entry) => write(() => store.enqueue(entry)),
        advance: (document, change) => write(() => store.advance(document, change)),
        compact: (document, change) => write(() => store.compact(document, change)),
        setAside: (entry, change) => write(() => store.setAside(entry, change)),
        discard: (id) => write(() => store.discard(id)),
        close: () => undefined,
      },
    };
  }
}
