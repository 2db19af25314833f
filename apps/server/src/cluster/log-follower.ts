/** Reads the log of commits at regular intervals, and hands out what other nodes committed, in order. */
import { LOG } from '../storage/limits.ts';
import type { Clock } from '../runtime/clock.ts';
import type { ClusterLog, LogEntry, Parting } from '../storage/cluster-log.ts';

export interface LogFollowerOptions {
  readonly log: ClusterLog;
  readonly node: string;
  readonly clock: Clock;
  readonly onEntry: (entry: LogEntry) => void;
  /** Entries were deleted before they were read: everything must be read again. */
  readonly onMissed: () => void;
  /** The database may have lost what was committed last. @throws when that could not be dealt with yet. */
  readonly onParted: (parting: Parting) => Promise<void>;
  readonly onFault: (error: unknown) => void;
}

export class LogFollower implements Disposable {
  readonly #options: LogFollowerOptions;
  /** Entries of this node that were handled when it committed them. */
  readonly #handled = new Set<number>();
  /** Entries of this node whose commit it has not heard of: the answer comes a moment later, or was lost. */
  #own: LogEntry[] = [];
  #seen = 0;
  /** When the last successful read began: what was committed before is known. */
  #freshAtMs = Number.NEGATIVE_INFINITY;
  #timer: unknown = null;
  #isReading = false;
  #isWoken = false;
  /** Not dealt with yet. */
  #parted: Parting | null = null;
  #state: 'new' | 'running' | 'ended' = 'new';

  constructor(options: LogFollowerOptions) {
    this.#options = options;
  }

  /** How old this node's knowledge is. */
  get ageMs(): number {
    return this.#options.clock.monotonicMs() - this.#freshAtMs;
  }

  /** @throws StorageError */
  async start(): Promise<void> {
    const { clock, log } = this.#options;
    const nowMs = clock.monotonicMs();
    this.#seen = await log.readHead();
    this.#freshAtMs = nowMs;
    this.#state = 'running';
    this.#schedule(LOG.intervalMs);
  }

  /** Reads at once, because another node says that there is something to read. */
  wake(): void {
    if (this.#state === 'running') this.#schedule(0);
  }

  /** This node has committed the entry, and its events and effects are handled. */
  handled(entry: number): void {
    if (entry > this.#seen) this.#handled.add(entry);
    else this.#own = this.#own.filter(({ number }) => number !== entry);
  }

  [Symbol.dispose](): void {
    this.#state = 'ended';
    this.#options.clock.clearTimeout(this.#timer);
  }

  #schedule(delayMs: number): void {
    const { clock } = this.#options;
    clock.clearTimeout(this.#timer);
    this.#timer = clock.setTimeout(() => this.#run(), delayMs);
  }

  #run(): void {
    this.#timer = null;
    // A wake-up during a read: what it is about may be too new for that read.
    if (this.#isReading) this.#isWoken = true;
    else void this.#readAll();
  }

  async #readAll(): Promise<void> {
    const { onFault } = this.#options;
    this.#isReading = true;
    try {
      do {
        this.#isWoken = false;
        while (this.#state === 'running' && (await this.#read()));
      } while (this.#isWoken && this.#state === 'running');
    } catch (error) {
      onFault(error);
    }
    this.#isReading = false;
    if (this.#state === 'running' && this.#timer === null) this.#schedule(LOG.intervalMs);
  }

  /** @returns whether there is more to read. */
  async #read(): Promise<boolean> {
    const { log, clock, onMissed, onParted } = this.#options;
    const nowMs = clock.monotonicMs();
    const own = this.#own;
    const read = await log.readAfter(this.#seen);
    if (this.#state !== 'running') return false;
    if (read.kind === 'parted') this.#parted = read;
    if (read.kind !== 'entries' || this.#parted !== null) {
      this.#seen = await log.readHead();
      this.#own = [];
      this.#handled.clear();
      if (this.#parted !== null) await onParted(this.#parted);
      this.#parted = null;
      onMissed();
    } else {
      // Before this read, and still not heard of.
      for (const entry of own) if (this.#own.includes(entry)) this.#hand(entry);
      this.#own = this.#own.filter((entry) => !own.includes(entry));
      for (const entry of read.entries) this.#take(entry);
    }
    this.#freshAtMs = nowMs;
    return read.kind === 'entries' && read.entries.length === LOG.maxEntries;
  }

  #take(entry: LogEntry): void {
    this.#seen = entry.number;
    if (this.#handled.delete(entry.number)) return;
    if (entry.node === this.#options.node) this.#own.push(entry);
    else this.#hand(entry);
  }

  #hand(entry: LogEntry): void {
    try {
      this.#options.onEntry(entry);
    } catch (error) {
      this.#options.onFault(error);
    }
  }
}
