/** The thread of one shard. */
import { systemClock } from './clock.ts';
import type { HostRequest, HostTurn } from './host-message.ts';
import { Host } from './host.ts';
import { rulesFor } from './rules.ts';
import { SqliteJournal } from './sqlite-journal.ts';
import { runWorker } from './worker-body.ts';

export interface EngineWorkerData {
  readonly path: string;
  readonly shard: number;
}

runWorker<EngineWorkerData, readonly HostRequest[], HostTurn>(({ data, board, lock, say }) => {
  const host = new Host({
    shard: data.shard,
    journal: SqliteJournal.open(data.path, { lock }),
    clock: systemClock,
    board,
    rules: rulesFor,
    emit: say,
    defer: setImmediate,
  });
  host.start();
  return host;
});
