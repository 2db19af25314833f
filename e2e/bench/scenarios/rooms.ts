/** Many small rooms with one writer each. */
import { TARGET_NAMES } from '../targets.ts';
import { median, type Scenario } from '../scenario.ts';
import { firstOfEach, createClients, measureWriting, messagesIn, roomsOf } from './participants.ts';

const ROOM = 10;
const PEOPLE = { quick: 1_000, full: 10_000 } as const;
const SECONDS = { quick: 2, full: 6 } as const;
const DELIVERIES_PER_SECOND = 2;

export const rooms: Scenario = {
  name: 'rooms',
  what: 'Ten thousand people in rooms of ten, 20,000 deliveries of 200 B a second.',
  operation: 'delivery',
  targets: TARGET_NAMES,
  async run(runner) {
    const { scale, length } = runner;
    const people = Math.round((PEOPLE[length] * scale) / ROOM) * ROOM;
    const writers = firstOfEach(ROOM, people);
    const batchesPerSecond = (DELIVERIES_PER_SECOND * people) / (ROOM - 1);
    const rate = { writers, batch: 1, batchesPerSecond };
    const messages = messagesIn(SECONDS[length], rate);
    await using clients = await createClients(runner, { rooms: roomsOf(ROOM, people) });
    await clients.open();
    const plan = { ...rate, messages };
    const { cpuUs, expected, delivered, report } = await measureWriting(runner, {
      clients,
      plan,
      readers: ROOM - 1,
    });
    return {
      operations: delivered,
      cpuUs,
      samples: { delivery: report.latencies },
      figures: { 'delivered %': median((100 * delivered) / expected) },
      faults: report.faults,
    };
  },
};
