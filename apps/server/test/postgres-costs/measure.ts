/**
 * Measures what a cluster costs its Postgres, on a server of its own, and prints the tables of
 * `apps/docs/beyond-one-region.md`: node test/postgres-costs/measure.mjs
 */
import { readFile } from 'node:fs/promises';
import { CREATE_TABLES, READ } from '../../src/bus/postgres/relay-tables.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { PostgresHeads } from '../../src/storage/postgres/postgres-heads.ts';
import { PostgresJournal } from '../../src/storage/postgres/postgres-journal.ts';
import { appendToLog } from '../../src/storage/postgres/postgres-log.ts';
import { Postgres, runQuery } from '../../src/storage/postgres/postgres.ts';
import { openMetadata } from '../../src/storage/storage.ts';
import { PostgresServer } from '../../src/storage/testing/postgres-server.ts';

const UPDATE = new Uint8Array(200);
const LOG_SECONDS = 6;
/** A clock tick of Linux. */
const TICK_MS = 10;

await using server = await PostgresServer.start();
const url = await server.createDatabase();
const db = await openMetadata({ kind: 'postgres', url, node: 'measure' }, systemClock);
const open = () => new Postgres({ url, connections: 1, name: 'tandem measure' });
await using postgres = open();
const { rows } = await postgres.query<{ pid: number }>({ text: 'select pg_backend_pid() as pid' });
const pid = rows[0]?.pid;

async function processorMs(): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(' ');
  return (Number(fields[13]) + Number(fields[14])) * TICK_MS;
}

async function measure(what: string, times: number, run: () => Promise<unknown>): Promise<void> {
  await run();
  const [beganMs, usedMs] = [performance.now(), await processorMs()];
  for (let i = 0; i < times; i++) await run();
  const [tookMs, costMs] = [performance.now() - beganMs, (await processorMs()) - usedMs];
  const each = (ms: number) => `${(ms / times).toFixed(2)} ms`;
  console.log(`${what}: ${each(tookMs)}, processor of Postgres ${each(costMs)}`);
}

await postgres.query({
  text: `insert into journal (document, epoch, kind, head, snapshot_offset)
    select 'd' || number, 'e', 'data', 0, 0 from generate_series(1, 20000) as number`,
});
await postgres.query({ text: 'analyze journal' });

const journal = new PostgresJournal(postgres);
for (const count of [1, 8, 64]) {
  let round = 0;
  await measure(`commit of text, ${count} documents`, 300, async () => {
    const base = round++;
    const outcomes = await journal.append(
      Array.from({ length: count }, (_, at) => ({
        document: `d${100 * count + at}`,
        epoch: 'e',
        id: `b${count}.${at}.${base + 1}`,
        base,
        tail: base === 0 ? null : `b${count}.${at}.${base}`,
        rows: [{ offset: base + 1, update: UPDATE, user: 'u', at: 1, subscription: 0, cseq: 1 }],
        owners: new Map(),
        bytes: UPDATE.byteLength,
      })),
    );
    if (outcomes.some((outcome) => outcome !== 'committed')) throw new Error('not committed');
  });
}

const heads = new PostgresHeads(postgres);
for (const count of [100, 1_000, 10_000]) {
  const documents = Array.from({ length: count }, (_, at) => `d${2 * at + 1}`);
  await measure(`heads of ${count} documents`, 100, () => heads.read(documents));
}

await postgres.query({ text: CREATE_TABLES });
for (const count of [10, 100, 1_000]) {
  await postgres.query({ text: 'truncate bus_node' });
  await postgres.query({
    text: `insert into bus_node
      select number, now() + interval '1 hour', sha512(number::text::bytea) from generate_series(1, $1) as number`,
    values: [count],
  });
  await measure(`mail and who is alive, ${count} nodes`, 200, () =>
    postgres.query({ text: READ, values: ['measure'] }),
  );
}

for (const nodes of [1, 8, 32, 80]) {
  const connections = Array.from({ length: nodes }, open);
  const tookMs: number[] = [];
  const endMs = performance.now() + LOG_SECONDS * 1000;
  const body = {
    channels: [{ key: 'chat:d' as const, epoch: 'e', offset: 1 }],
    effects: [{ kind: 'chat', document: 'd', head: 1, isImported: false }],
  };
  const commit = async (connection: Postgres, node: number): Promise<void> => {
    for (let offset = 1; performance.now() < endMs; offset++) {
      const beganMs = performance.now();
      await connection.transaction(async (client) => {
        await runQuery(client, {
          text: `insert into event (channel, "offset", data, at) values ($1, $2, $3, 1)`,
          values: [`chat:${nodes}.${node}`, offset, '.'.repeat(UPDATE.byteLength)],
        });
        await runQuery(client, appendToLog(`${node}`, body));
      });
      tookMs.push(performance.now() - beganMs);
    }
  };
  await Promise.all(connections.map(commit));
  tookMs.sort((one, other) => one - other);
  const at = (share: number) => (tookMs[Math.floor(share * tookMs.length)] ?? 0).toFixed(1);
  console.log(
    `log of commits, ${nodes} nodes: ${Math.round(tookMs.length / LOG_SECONDS)}/s, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`,
  );
  for (const connection of connections) await connection[Symbol.asyncDispose]();
}
await db.destroy();
