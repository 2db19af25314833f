/** Many small rooms with one writer each. */
import { STAMP_LENGTH } from '../../load/swarm/stamp.ts';
import { TARGET_NAMES } from '../targets.ts';
import { median, type Outcome, type Runner, type Scenario } from '../scenario.ts';
import {
  firstOfEach,
  createClients,
  measureWriting,
  messagesIn,
  roomsOf,
  secondsWithWrites,
} from './participants.ts';

const SECONDS = { quick: 2, full: 6 } as const;

interface Rooms {
  /** People in each room. */
  readonly size: number;
  readonly people: { readonly quick: number; readonly full: number };
  readonly updatesPerSecond: number;
  readonly textLength?: number;
}

const TEN_THOUSAND_PEOPLE: Rooms = {
  size: 10,
  people: { quick: 1_000, full: 10_000 },
  updatesPerSecond: 2 / 9,
};

const HUNDRED_ROOMS: Rooms = {
  size: 5,
  people: { quick: 100, full: 500 },
  updatesPerSecond: 2,
  textLength: STAMP_LENGTH,
};

export const rooms: Scenario = {
  name: 'rooms',
  what: 'Ten thousand people in rooms of ten, 20,000 deliveries of 200 B a second.',
  operation: 'delivery',
  targets: TARGET_NAMES,
  run: (runner) => run(runner, TEN_THOUSAND_PEOPLE),
};

export const hundredRooms: Scenario = {
  name: 'hundred-rooms',
  what: 'A hundred rooms of five people, 1,000 small updates a second, one writer in each room.',
  operation: 'delivery',
  targets: TARGET_NAMES,
  run: (runner) => run(runner, HUNDRED_ROOMS),
};

async function run(
  runner: Runner,
  { size, people: counts, updatesPerSecond, textLength }: Rooms,
): Promise<Outcome> {
  const { running, scale, length } = runner;
  const people = Math.round((counts[length] * scale) / size) * size;
  const writers = firstOfEach(size, people);
  const rate = { writers, batch: 1, batchesPerSecond: updatesPerSecond * people };
  const messages = messagesIn(secondsWithWrites(running, SECONDS[length]), rate);
  const rooms = roomsOf(size, people);
  await using clients = await createClients(runner, {
    rooms,
    ...(textLength === undefined ? {} : { textLength }),
  });
  await clients.open();
  const { used, expected, delivered, report } = await measureWriting(runner, {
    clients,
    plan: { ...rate, messages },
    readers: size - 1,
  });
  return {
    operations: delivered,
    ...used,
    samples: { delivery: report.latencies, answer: report.answers },
    figures: { 'delivered %': median((100 * delivered) / expected) },
    faults: report.faults,
  };
}
