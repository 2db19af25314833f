/** A log of commits in memory, whose reads fail or wait. */
import { LOG } from '../../storage/limits.ts';
import type { ClusterLog, LogEntry, LogRead } from '../../storage/cluster-log.ts';

export class FakeLog implements ClusterLog {
  readonly entries: LogEntry[] = [];
  deletedBelow = 0;
  partingFails = false;
  reads = 0;
  /** While set, reads fail or wait. */
  fault: 'none' | 'fails' | 'hangs' = 'none';
  #release: () => void = () => {};

  commit(node: string, effects: readonly unknown[] = []): number {
    const number = this.entries.length + 1;
    this.entries.push({ number, node, channels: [], effects });
    return number;
  }

  release(): void {
    this.fault = 'none';
    this.#release();
  }

  async readHead(): Promise<number> {
    return this.entries.length;
  }

  async readAfter(number: number): Promise<LogRead> {
    this.reads++;
    const found = this.entries.slice(number, number + LOG.maxEntries);
    if (this.fault === 'fails') throw new Error('no answer');
    if (this.fault === 'hangs') await new Promise<void>((resolve) => (this.#release = resolve));
    if (number > this.entries.length) return { kind: 'parted', restoredAfter: 0 };
    return number < this.deletedBelow ? { kind: 'missed' } : { kind: 'entries', entries: found };
  }

  async append(): Promise<void> {}

  async appendWithin(): Promise<void> {}

  async deleteOld(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {}
}
