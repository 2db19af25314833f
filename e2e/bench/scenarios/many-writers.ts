/** All people write into one document. */
import { typeKeys } from '../../load/swarm/typist.ts';
import { PERSISTENT_RIVALS, TANDEM_ON_POSTGRES } from '../targets.ts';
import { consumption } from '../measured-server.ts';
import { median, type Runner, type Outcome, type Scenario } from '../scenario.ts';
import {
  createClients,
  secondsWithWrites,
  WARM_UP_SECONDS,
  SETTLE_LIMIT_MS,
} from './participants.ts';

const FEW = { quick: 30, full: 50 } as const;
const MANY = { quick: 60, full: 100 } as const;
const KEYS = { quick: 60, full: 150 } as const;
const KEYS_PER_SECOND = 12;
const SEED = 1;

export const manyWriters: Scenario = {
  name: 'many-writers',
  what: 'Fifty people type into one document, twelve keys a second each; every tenth update is a pasted piece whose delivery is timed.',
  operation: 'update',
  targets: ['tandem', 'y-websocket', 'hocuspocus', ...PERSISTENT_RIVALS, TANDEM_ON_POSTGRES],
  run: (runner) => run(runner, FEW),
};

export const hundredWriters: Scenario = {
  ...manyWriters,
  name: 'hundred-writers',
  what: 'The same with a hundred people.',
  run: (runner) => run(runner, MANY),
};

async function run(runner: Runner, sizes: typeof FEW | typeof MANY): Promise<Outcome> {
  const { running, scale, length } = runner;
  const count = Math.round(sizes[length] * scale);
  const writers = Array.from({ length: count }, (_, writer) => writer);
  const warmUp = KEYS_PER_SECOND * WARM_UP_SECONDS[length];
  const seconds = secondsWithWrites(running, KEYS[length] / KEYS_PER_SECOND);
  const keys = warmUp + Math.ceil(KEYS_PER_SECOND * seconds);
  const typed = writers.map((writer) => typeKeys(writer, { count: keys, seed: SEED }));
  const slice = (from: number, to?: number) =>
    new Map(typed.map(({ updates }, writer) => [writer, updates.slice(from, to)]));
  const stamps = typed.reduce((sum, piece) => sum + piece.stamps, 0);
  await using clients = await createClients(runner, { rooms: writers.map(() => ['room']) });
  await clients.open();
  const perSecond = KEYS_PER_SECOND * count;
  await clients.writeUpdates(slice(0, warmUp), perSecond);
  const warmUpDeliveries = Math.floor(warmUp / 10) * count * (count - 1);
  await clients.waitFor('delivered', warmUpDeliveries, SETTLE_LIMIT_MS[length]);
  await clients.clearSamples();
  const before = await running.server.usage();
  await clients.writeUpdates(slice(warmUp), perSecond);
  const expected = stamps * (count - 1) - warmUpDeliveries;
  const delivered = await clients.waitFor('delivered', expected, SETTLE_LIMIT_MS[length]);
  const after = await running.server.usage();
  const report = await clients.report();
  return {
    operations: report.written,
    ...consumption(before, after),
    samples: { delivery: report.latencies, answer: report.answers },
    figures: { 'delivered %': median((100 * delivered) / expected) },
    faults: report.faults,
  };
}
