/** One person who stops reading, among a thousand readers. */
import { COMMON_TARGETS } from '../targets.ts';
import { consumption } from '../measured-server.ts';
import { median, type Scenario } from '../scenario.ts';
import { createClients, SETTLE_LIMIT_MS } from './participants.ts';

const READERS = { quick: 200, full: 1_000 } as const;
const SECONDS = { quick: 2, full: 8 } as const;
/** Large enough to fill the stalled reader's socket quickly. */
const TEXT_LENGTH = 16 * 1024;
const BYTES_PER_SECOND = 100_000_000;
const CATCH_UP_LIMIT_MS = 15_000;

export const slowReader: Scenario = {
  name: 'slow-reader',
  what: 'One writer, a thousand readers, messages of 16 KB; then the same while one of them does not read.',
  operation: 'delivery',
  targets: COMMON_TARGETS,
  async run(runner) {
    const { running, scale, length } = runner;
    const readers = Math.round(READERS[length] * scale);
    const batchesPerSecond = BYTES_PER_SECOND / TEXT_LENGTH / readers;
    const messages = Math.round(batchesPerSecond * SECONDS[length]);
    const plan = { writers: [0], messages, batch: 1, batchesPerSecond };
    const slow = readers;
    await using clients = await createClients(runner, {
      rooms: Array.from({ length: readers + 1 }, () => ['room']),
      textLength: TEXT_LENGTH,
    });
    await clients.open();
    const before = await running.server.usage();
    await clients.write(plan);
    const expected = messages * readers;
    const deliveredToAll = await clients.waitFor('delivered', expected, SETTLE_LIMIT_MS[length]);
    const allReading = await clients.report();
    await clients.clearSamples();
    const beforeStall = await running.server.usageAtRest();
    await clients.stall([slow]);
    await clients.write(plan);
    const others = messages * (readers - 1);
    const deliveredToOthers = await clients.waitFor('delivered', others, SETTLE_LIMIT_MS[length]);
    const oneStalled = await clients.report();
    const duringStall = await running.server.usageAtRest();
    await clients.resume([slow]);
    const caughtUp = await clients.waitFor('delivered', expected, CATCH_UP_LIMIT_MS);
    const after = await running.server.usage();
    return {
      operations: deliveredToAll + caughtUp,
      ...consumption(before, after),
      samples: { 'all read': allReading.latencies, 'one does not': oneStalled.latencies },
      figures: {
        'held for it KB': median((duringStall.rss - beforeStall.rss) / 1024),
        'others delivered %': median((100 * deliveredToOthers) / others),
        'it caught up %': median((100 * (caughtUp - deliveredToOthers)) / messages),
      },
      faults: (await clients.report()).faults,
    };
  },
};
