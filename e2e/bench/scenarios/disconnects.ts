/** Networks fail and recover while people write. */
import { COMMON_TARGETS } from '../targets.ts';
import { consumption } from '../measured-server.ts';
import { median, total, type Scenario } from '../scenario.ts';
import { firstOfEach, createClients, roomsOf, SETTLE_LIMIT_MS } from './participants.ts';

const ROOM = 100;
const PEOPLE = { quick: 500, full: 10_000 } as const;
const EVERY_MS = { quick: 4_000, full: 15_000 } as const;
const OFFLINE_MS = { quick: 1_000, full: 2_000 } as const;
const FOR_MS = { quick: 5_000, full: 30_000 } as const;
const MESSAGES_PER_SECOND = 2;

export const disconnects: Scenario = {
  name: 'disconnects',
  what: 'Ten thousand people in rooms of a hundred, two messages a second in each; everybody but the writers is cut off every 15 s, for 2 s.',
  operation: 'delivery',
  targets: COMMON_TARGETS,
  async run(runner) {
    const { running, scale, length } = runner;
    const people = Math.round((PEOPLE[length] * scale) / ROOM) * ROOM;
    const writers = firstOfEach(ROOM, people);
    const disconnected = Array.from({ length: people }, (_, index) => index).filter(
      (index) => index % ROOM !== 0,
    );
    await using clients = await createClients(runner, { rooms: roomsOf(ROOM, people) });
    await clients.open();
    const before = await running.server.usage();
    const forMs = FOR_MS[length];
    const messages = Math.round((forMs / 1000) * MESSAGES_PER_SECOND);
    const plan = { everyMs: EVERY_MS[length], offlineMs: OFFLINE_MS[length], forMs };
    const [count] = await Promise.all([
      clients.disconnect({ writers: disconnected, ...plan }),
      clients.write({
        writers,
        messages,
        batch: 1,
        batchesPerSecond: writers.length * MESSAGES_PER_SECOND,
      }),
    ]);
    const expected = messages * disconnected.length;
    const delivered = await clients.waitFor('delivered', expected, SETTLE_LIMIT_MS[length]);
    const after = await running.server.usage();
    const report = await clients.report();
    return {
      operations: delivered,
      ...consumption(before, after),
      samples: { delivery: report.latencies, replay: report.replays },
      figures: {
        'delivered %': median((100 * delivered) / expected),
        duplicates: total(report.duplicates),
        reordered: total(report.late),
        disconnects: total(count),
      },
      faults: report.faults,
    };
  },
};
