/** What happens to the processes of nodes. */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from './fault.ts';

const FAKE_TIME = '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1';
const MOVED_MS = 10 * 86_400_000;
/** With it, a row of the journal is large enough for a compaction within seconds. */
const PADDING_BYTES = 8_000;
const COMPACTION_LIMIT_MS = 20_000;

function nodeStopped(seconds: number): Fault {
  return {
    name: `node-stopped-${seconds}s`,
    part: 'node',
    lastsMs: seconds * 1_000,
    ...(seconds > 5 ? { isSingle: true as const } : {}),
    async begin({ node }) {
      const { server } = node;
      server.pause();
      return async () => server.continue();
    },
  };
}

export const NODE_FAULTS: readonly Fault[] = [
  {
    name: 'node-killed',
    part: 'node',
    lastsMs: 1_500,
    async begin({ node }) {
      await node.stop('SIGKILL');
      return () => node.start();
    },
  },
  nodeStopped(3),
  nodeStopped(15),
  {
    name: 'node-added',
    part: 'node',
    lastsMs: 2_000,
    async begin({ cluster }) {
      const added = await cluster.addNode();
      return () => cluster.removeNode(added);
    },
  },
  {
    name: 'node-replaced',
    part: 'node',
    lastsMs: 500,
    async begin({ node }) {
      await node.stop('SIGTERM');
      return () => node.start();
    },
  },
  {
    name: 'clock-moved',
    part: 'node',
    lastsMs: 3_000,
    isSingle: true,
    async begin({ cluster, node, report }) {
      if (!existsSync(FAKE_TIME)) throw new Error('libfaketime is not installed');
      const file = join(cluster.folder, 'clock');
      const move = (by: string) => writeFile(file, by);
      await move('+0s');
      await node.stop('SIGTERM');
      await node.start({
        LD_PRELOAD: FAKE_TIME,
        FAKETIME_TIMESTAMP_FILE: file,
        FAKETIME_CACHE_DURATION: '1',
        FAKETIME_DONT_FAKE_MONOTONIC: '1',
      });
      // People have come back to it.
      await sleep(1_000);
      await move(`+${MOVED_MS / 1_000}s`);
      return async () => {
        const answer = await fetch(node.server.url);
        const aheadMs = Date.parse(answer.headers.get('date') ?? '') - Date.now();
        if (!(aheadMs > MOVED_MS - 60_000)) report('the clock was not moved');
        await move('+0s');
        await sleep(1_500);
        await node.stop('SIGTERM');
        await node.start();
      };
    },
  },
  {
    name: 'compaction-while-a-node-is-stopped',
    part: 'node',
    lastsMs: 1_000,
    isSingle: true,
    async begin({ cluster, node, document, writers, report }) {
      const { server } = node;
      const readSnapshot = async () => {
        const [row] = await cluster.query<{ readonly offset: string }>(
          'select snapshot_offset as offset from journal where document = $1',
          [document],
        );
        return Number(row?.offset ?? 0);
      };
      const before = await readSnapshot();
      server.pause();
      for (const writer of writers) writer.padding = PADDING_BYTES;
      return async () => {
        const endMs = performance.now() + COMPACTION_LIMIT_MS;
        while ((await readSnapshot()) === before) {
          if (performance.now() > endMs) {
            report('the document was not compacted');
            break;
          }
          await sleep(200);
        }
        for (const writer of writers) writer.padding = 0;
        server.continue();
      };
    },
  },
];
