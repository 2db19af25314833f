/** What happens to Postgres. */
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { FaultCluster } from './fault-cluster.ts';
import type { Fault } from './fault.ts';

const DISK_MIB = 320;
const CHUNK = Buffer.alloc(256 * 1_024);

const OF_NODES = `datname = current_database() and pid <> pg_backend_pid()`;

function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended.
    }
  }
}

/** A crash of one backend ends all; a full disk may end the server. */
async function restartIfEnded(cluster: FaultCluster): Promise<void> {
  const { process: child } = cluster.postgres;
  if (child === null || child.exitCode !== null || child.signalCode !== null)
    await cluster.startPostgres();
}

export const POSTGRES_FAULTS: readonly Fault[] = [
  {
    name: 'postgres-killed',
    part: 'postgres',
    lastsMs: 1_500,
    async begin({ cluster }) {
      await cluster.postgres.stop('SIGKILL');
      return () => cluster.startPostgres();
    },
  },
  {
    name: 'backend-killed',
    part: 'postgres',
    lastsMs: 1_000,
    async begin({ cluster, random }) {
      const rows = await cluster.query<{ readonly pid: number }>(
        `select pid from pg_stat_activity where ${OF_NODES} order by pid`,
      );
      signalAll([random.pick(rows).pid], 'SIGKILL');
      return () => restartIfEnded(cluster);
    },
  },
  {
    name: 'postgres-stopped-3s-and-restarted',
    part: 'postgres',
    lastsMs: 3_000,
    async begin({ cluster }) {
      const stopped = await cluster.postgresProcesses();
      signalAll(stopped, 'SIGSTOP');
      return async () => {
        signalAll(stopped, 'SIGCONT');
        await cluster.postgres.stop('SIGINT');
        await cluster.startPostgres();
      };
    },
  },
  {
    name: 'backends-terminated',
    part: 'postgres',
    lastsMs: 1_000,
    async begin({ cluster }) {
      const terminate = () =>
        cluster.query(`select pg_terminate_backend(pid) from pg_stat_activity where ${OF_NODES}`);
      await terminate();
      return async () => void (await terminate());
    },
  },
  {
    name: 'disk-full',
    part: 'postgres',
    lastsMs: 4_000,
    diskMib: DISK_MIB,
    isSingle: true,
    async begin({ cluster, report }) {
      const path = join(cluster.folder, 'filler');
      const file = await open(path, 'w');
      let isFull = false;
      while (!isFull) {
        // The last chunk may be written in part.
        const { bytesWritten } = await file.write(CHUNK).catch(() => ({ bytesWritten: 0 }));
        isFull = bytesWritten < CHUNK.byteLength;
      }
      await file.close();
      const before = cluster.nodes.map(({ server }) => server.output.length);
      return async () => {
        const isNoticed = cluster.nodes.some(({ server }, at) =>
          server.output.slice(before[at]).includes('no space'),
        );
        if (!isNoticed) report('the full disk was not noticed');
        await rm(path);
        await restartIfEnded(cluster);
      };
    },
  },
];
