/** Tells the engine how far the journals of open documents are: other nodes may have appended to them. */
import type { Engine } from '../engine/port.ts';
import { DOCUMENT_HEADS } from './limits.ts';
import type { Clock } from '../runtime/clock.ts';
import type { JournalHeads } from '../storage/journal-heads.ts';

export interface DocumentFollowerOptions {
  readonly heads: JournalHeads;
  readonly engine: Pick<Engine, 'follow'>;
  readonly open: () => readonly string[];
  /** Whether other nodes announce what they append. */
  readonly isAnnounced: () => boolean;
  readonly clock: Clock;
  readonly onFault: (error: unknown) => void;
}

interface Known {
  readonly epoch: string;
  readonly head: number;
}

export class DocumentFollower implements Disposable {
  readonly #options: DocumentFollowerOptions;
  #known: ReadonlyMap<string, Known> = new Map();
  #timer: unknown = null;
  #state: 'running' | 'ended' = 'running';

  constructor(options: DocumentFollowerOptions) {
    this.#options = options;
  }

  start(): void {
    const { clock, isAnnounced } = this.#options;
    const { intervalMs, announcedIntervalMs } = DOCUMENT_HEADS;
    this.#timer = clock.setTimeout(
      () => void this.#run(),
      isAnnounced() ? announcedIntervalMs : intervalMs,
    );
  }

  [Symbol.dispose](): void {
    this.#state = 'ended';
    this.#options.clock.clearTimeout(this.#timer);
  }

  async #run(): Promise<void> {
    try {
      await this.#read();
    } catch (error) {
      this.#options.onFault(error);
    }
    if (this.#state === 'running') this.start();
  }

  async #read(): Promise<void> {
    const { heads, engine, open } = this.#options;
    const documents = open();
    if (documents.length === 0) return;
    const known = new Map<string, Known>();
    for (const { document, epoch, head } of await heads.read(documents)) {
      const before = this.#known.get(document);
      known.set(document, { epoch, head });
      if (before?.epoch !== epoch || before.head !== head)
        engine.follow({ kind: 'moved', document, epoch, head });
    }
    this.#known = known;
  }
}
