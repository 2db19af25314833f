/** One person writes, all others in the room read. */
import { COMMON_TARGETS, TARGET_NAMES } from '../targets.ts';
import { median, type Runner, type Outcome, type Scenario } from '../scenario.ts';
import { createClients, measureWriting, messagesIn, secondsWithWrites } from './participants.ts';

const READERS = { quick: 500, full: 1_000 } as const;
const SECONDS = { quick: 2, full: 6 } as const;
/** Rate that a busy two-core machine still delivers without disorder. */
const DELIVERIES_PER_SECOND = { single: 15_000, batches: 60_000 } as const;
const BATCH = 10;

export const fanOut: Scenario = {
  name: 'fan-out',
  what: 'One writer, a thousand readers of one room, 200 B, one message at a time.',
  operation: 'delivery',
  targets: TARGET_NAMES,
  run: (runner) => run(runner, 'single'),
};

export const fanOutBatches: Scenario = {
  name: 'fan-out-batches',
  what: 'One writer, a thousand readers of one room, 200 B, ten messages at a time.',
  operation: 'delivery',
  targets: COMMON_TARGETS,
  run: (runner) => run(runner, 'batches'),
};

async function run(runner: Runner, mode: 'single' | 'batches'): Promise<Outcome> {
  const { running, scale, length } = runner;
  const readers = Math.round(READERS[length] * scale);
  const batch = mode === 'single' ? 1 : BATCH;
  const batchesPerSecond = DELIVERIES_PER_SECOND[mode] / readers / batch;
  const rate = { writers: [0], batch, batchesPerSecond };
  const messages = messagesIn(secondsWithWrites(running, SECONDS[length]), rate);
  await using clients = await createClients(runner, {
    rooms: Array.from({ length: readers + 1 }, () => ['room']),
  });
  await clients.open();
  const plan = { ...rate, messages };
  const { used, expected, delivered, report } = await measureWriting(runner, {
    clients,
    plan,
    readers,
  });
  return {
    operations: delivered,
    ...used,
    samples: { delivery: report.latencies },
    figures: { 'delivered %': median((100 * delivered) / expected) },
    faults: report.faults,
  };
}
