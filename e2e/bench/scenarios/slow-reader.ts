/** One person who stops reading, among a thousand readers. */
import { TARGET_NAMES } from '../targets.ts';
import { median, type Scenario } from '../scenario.ts';
import { gather, SETTLE_LIMIT_MS } from './participants.ts';

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
  targets: TARGET_NAMES,
  async run(runner) {
    const { running, scale, length } = runner;
    const readers = Math.round(READERS[length] * scale);
    const batchesPerSecond = BYTES_PER_SECOND / TEXT_LENGTH / readers;
    const messages = Math.round(batchesPerSecond * SECONDS[length]);
    const plan = { writers: [0], messages, batch: 1, batchesPerSecond };
    const slow = readers;
    await using crowd = await gather(runner, {
      rooms: Array.from({ length: readers + 1 }, () => ['room']),
      textLength: TEXT_LENGTH,
    });
    await crowd.open();
    const before = await running.server.usage();
    await crowd.write(plan);
    const expected = messages * readers;
    const together = await crowd.until('delivered', expected, SETTLE_LIMIT_MS[length]);
    const without = await crowd.report();
    await crowd.clear();
    const calm = await running.server.usageAtRest();
    await crowd.stall([slow]);
    await crowd.write(plan);
    const others = messages * (readers - 1);
    const apart = await crowd.until('delivered', others, SETTLE_LIMIT_MS[length]);
    const withOne = await crowd.report();
    const full = await running.server.usageAtRest();
    await crowd.resume([slow]);
    const caughtUp = await crowd.until('delivered', expected, CATCH_UP_LIMIT_MS);
    const after = await running.server.usage();
    return {
      operations: together + caughtUp,
      cpuUs: after.cpuUs - before.cpuUs,
      samples: { 'all read': without.latencies, 'one does not': withOne.latencies },
      figures: {
        'held for it KB': median((full.rss - calm.rss) / 1024),
        'others delivered %': median((100 * apart) / others),
        'it caught up %': median((100 * (caughtUp - apart)) / messages),
      },
      faults: (await crowd.report()).faults,
    };
  },
};
