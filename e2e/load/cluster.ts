/**
 * Measures several servers on one database, with the members of each room spread over them.
 *
 *     BENCH_DATABASE=postgres://user@host/%s BENCH_REDIS=redis://host pnpm --filter @tandem/e2e cluster \
 *       [--nodes 2] [--people 2000] [--room 10] [--writers first|all] [--per-second 200] [--seconds 10]
 *
 * `--per-second` is the number of updates of all writers together. Without `BENCH_REDIS`, the servers follow each
 * other through the database.
 */
import { parseArgs } from 'node:util';
import { resolve } from 'node:path';
import { MeasuredServer, type Usage } from '../bench/measured-server.ts';
import { createDatabase, dropDatabase } from '../harness/postgres-database.ts';
import { createDataDocument } from './bot.ts';
import { forEachConcurrently } from './concurrency.ts';
import { Samples } from './percentiles.ts';
import type { LoadClientPlan } from './swarm/load-client.ts';
import { Swarm, type SwarmGroup } from './swarm/swarm.ts';

const BUNDLE = resolve(import.meta.dirname, '../../apps/server/dist/main.js');
const SWARM_PROCESSES = 4;
const CONCURRENCY = 25;
const USERS = 50;
const TEXT_LENGTH = 184;
const WARM_UP_SECONDS = 3;
const SETTLE_LIMIT_MS = 15_000;
const UNLIMITED = '1000000';
const METRICS_TOKEN = 'a-token-of-this-measurement';
const KIB = 1_024;

const { values } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== '--'),
  options: {
    nodes: { type: 'string', default: '2' },
    people: { type: 'string', default: '2000' },
    room: { type: 'string', default: '10' },
    writers: { type: 'string', default: 'first' },
    'per-second': { type: 'string', default: '200' },
    seconds: { type: 'string', default: '10' },
  },
});
const [nodeCount, people, roomSize, perSecond, seconds] = [
  values.nodes,
  values.people,
  values.room,
  values['per-second'],
  values.seconds,
].map(Number) as [number, number, number, number, number];

const template = process.env['BENCH_DATABASE'];
if (template === undefined) throw new Error('BENCH_DATABASE names no Postgres.');
const redis = process.env['BENCH_REDIS'];
const database = await createDatabase(template);

const nodes = await Promise.all(
  Array.from({ length: nodeCount }, () =>
    MeasuredServer.create({
      script: BUNDLE,
      env: {
        DATABASE_URL: database,
        ...(redis === undefined ? {} : { REDIS_URL: redis }),
        METRICS_TOKEN,
        ALLOW_ADHOC_DOCUMENTS: 'true',
        LOG_LEVEL: 'warn',
        MAX_CONNECTIONS_PER_USER: UNLIMITED,
        MAX_CONNECTIONS_PER_ADDRESS: UNLIMITED,
        MESSAGES_PER_SECOND: UNLIMITED,
        BYTES_PER_SECOND: '1000000000',
      },
    }),
  ),
);
const [first] = nodes as [MeasuredServer, ...MeasuredServer[]];
const rooms = Math.ceil(people / roomSize);
await forEachConcurrently(
  Array.from({ length: rooms }, (_, room) => `room-${room}`),
  CONCURRENCY,
  (room) => createDataDocument(first.url, room),
);
const tokens: string[] = [];
await forEachConcurrently(Array.from({ length: USERS }), CONCURRENCY, async () => {
  const headers = { origin: first.url };
  const answer = await fetch(`${first.url}/api/session`, { method: 'POST', headers });
  tokens.push(((await answer.json()) as { readonly token: string }).token);
});

await using swarm = Swarm.create(SWARM_PROCESSES);
const plans: LoadClientPlan[][] = nodes.map(() => []);
for (let person = 0; person < people; person++) {
  const room = Math.floor(person / roomSize);
  plans[(person + room) % nodeCount]?.push({
    writer: person,
    rooms: [`room-${room}`],
    token: tokens[person % tokens.length] as string,
  });
}
const groups = await Promise.all(
  nodes.map(({ port }, node) =>
    swarm.createGroup({
      clientProtocol: 'tandem',
      port,
      clients: plans[node] ?? [],
      textLength: TEXT_LENGTH,
      measured: 'delivery',
    }),
  ),
);

const atRest = () => Promise.all(nodes.map((node) => node.usageAtRest()));
const now = () => Promise.all(nodes.map((node) => node.usage()));
const empty = await atRest();
const opened: number[] = [];
// One after the other: a node that opens as fast as it can would starve the others on a machine of few cores.
for (const group of groups) opened.push(await group.open());
const full = await atRest();

const writersOf = (node: number) =>
  (plans[node] ?? [])
    .map(({ writer }) => writer)
    .filter((writer) => values.writers === 'all' || writer % roomSize === 0);
const writers = nodes.map((_, node) => writersOf(node));
const writerCount = writers.flat().length;
const readers = roomSize - 1;

async function write(forSeconds: number): Promise<{ expected: number; delivered: number }> {
  const messages = Math.ceil((perSecond * forSeconds) / writerCount);
  const deliveredBefore = await deliveries();
  await Promise.all(
    groups.map(async (group, node) => {
      const own = writers[node] ?? [];
      const batchesPerSecond = (perSecond * own.length) / writerCount;
      if (own.length > 0) await group.write({ writers: own, messages, batch: 1, batchesPerSecond });
    }),
  );
  const expected = messages * writerCount * readers;
  const deadline = performance.now() + SETTLE_LIMIT_MS;
  let delivered = 0;
  while (delivered < expected && performance.now() < deadline)
    delivered = (await deliveries()) - deliveredBefore;
  return { expected, delivered };
}

async function deliveries(): Promise<number> {
  const counts = await Promise.all(
    groups.map((group: SwarmGroup) => group.waitFor('delivered', 0, 0)),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

async function conflicts(): Promise<number> {
  const counts = await Promise.all(
    nodes.map(async ({ url }) => {
      const headers = { authorization: `Bearer ${METRICS_TOKEN}` };
      const text = await (await fetch(`${url}/metrics`, { headers })).text();
      return [...text.matchAll(/^tandem_journal_conflicts_total\S* (\d+)/gm)].reduce(
        (sum, [, count]) => sum + Number(count),
        0,
      );
    }),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

await write(WARM_UP_SECONDS);
await Promise.all(groups.map((group) => group.clearSamples()));
const before = { usage: await now(), conflicts: await conflicts(), atMs: performance.now() };
const { expected, delivered } = await write(seconds);
const after = { usage: await now(), conflicts: await conflicts(), atMs: performance.now() };
const tookS = (after.atMs - before.atMs) / 1_000;
const reports = await Promise.all(groups.map((group) => group.report()));
const latencies = new Samples();
for (const report of reports) latencies.addAll(report.latencies);

const cpuOf = (node: number) =>
  ((after.usage[node] as Usage).cpuUs - (before.usage[node] as Usage).cpuUs) / 1e6;
const lines = nodes.map((_, node) => {
  const connections = opened[node] ?? 0;
  const bytes = (full[node] as Usage).rss - (empty[node] as Usage).rss;
  return [
    `node ${node + 1}`,
    `${connections} connections`,
    `${(bytes / KIB / Math.max(1, connections)).toFixed(1)} KiB each`,
    `${(cpuOf(node) / tookS).toFixed(2)} cores`,
  ].join(', ');
});
const faults = new Map<string, number>();
for (const report of reports)
  for (const [fault, count] of report.faults) faults.set(fault, (faults.get(fault) ?? 0) + count);
process.stdout.write(
  [
    ...lines,
    `${delivered} of ${expected} delivered in ${tookS.toFixed(1)} s: ${Math.round(delivered / tookS)} a second`,
    `delivery ${latencies.toString()}`,
    `${((after.conflicts - before.conflicts) / tookS).toFixed(1)} conflicts a second`,
    ...[...faults].map(([fault, count]) => `${count} × ${fault}`),
    '',
  ].join('\n'),
);

await Promise.all(groups.map((group) => group[Symbol.asyncDispose]()));
await Promise.all(nodes.map((node) => node[Symbol.asyncDispose]()));
await dropDatabase(database);
