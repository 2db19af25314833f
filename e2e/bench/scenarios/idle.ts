/** Cost of connected people who do nothing. */
import { setTimeout as sleep } from 'node:timers/promises';
import { COMMON_TARGETS, type RunningTarget } from '../targets.ts';
import { consumption } from '../measured-server.ts';
import { median, type Outcome, type Scenario } from '../scenario.ts';
import { connectAll, disconnectAll, prepareTabs } from './application-tabs.ts';
import { fiveRooms, createClients, roomsOf } from './participants.ts';

const PEOPLE = { quick: 1_000, full: 3_000 } as const;
const WARM_UP = 50;
/** By then the presence of newcomers is sent and that of the warm-up has expired (10 s). */
const SETTLE_MS = 11_000;
/** V8 shrinks its young generation only after a quiet period. */
const QUIET_MS = 40_000;
/** One heartbeat round of Tandem and of Socket.IO. */
const WINDOW_MS = 25_000;

export const idle: Scenario = {
  name: 'idle',
  what: 'People in five rooms each (four of ten people, one of a thousand) who do nothing; memory after a full collection, processor time with what the server does for nobody.',
  operation: 'person and second',
  targets: COMMON_TARGETS,
  isParallel: true,
  async run(runner) {
    const { running, scale, length } = runner;
    const people = Math.round(PEOPLE[length] * scale);
    const rooms = fiveRooms(people);
    const warmUpClients = await createClients(runner, {
      rooms: rooms.slice(0, WARM_UP),
      firstWriter: people,
    });
    await using clients = await createClients(runner, { rooms });
    await restart(running);
    await warmUpClients.open();
    await warmUpClients[Symbol.asyncDispose]();
    const outcome = await measure(running, () => clients.open());
    const { faults } = await clients.report();
    return { ...outcome, faults };
  },
};

export const idleApp: Scenario = {
  name: 'idle-app',
  what: 'The same with what the application has open: one document with ten people in it, its chat and sharing, the library and the activity of its documents.',
  operation: 'person and second',
  targets: ['tandem'],
  async run({ running, scale, length }) {
    const people = Math.round(PEOPLE[length] * scale);
    const create = await prepareTabs(running, roomsOf(10, people).flat());
    await restart(running);
    const tabs = create();
    const warmUpClients = tabs.slice(0, WARM_UP);
    await connectAll(warmUpClients);
    disconnectAll(warmUpClients);
    const outcome = await measure(running, async () => {
      await connectAll(tabs);
      return tabs.length;
    });
    disconnectAll(tabs);
    return { ...outcome, faults: new Map() };
  },
};

async function restart({ server }: RunningTarget): Promise<void> {
  await server.kill();
  await server.start();
}

async function measure(
  { server }: RunningTarget,
  open: () => Promise<number>,
): Promise<Omit<Outcome, 'faults'>> {
  await sleep(SETTLE_MS);
  const empty = await server.usageAtRest();
  const people = await open();
  await sleep(QUIET_MS);
  // Otherwise V8 collects within the window what the arrivals left.
  const before = await server.usageAtRest();
  await sleep(WINDOW_MS);
  const after = await server.usage();
  const full = await server.usageAtRest();
  return {
    operations: (people * WINDOW_MS) / 1000,
    ...consumption(before, after),
    bytesPerPerson: (full.rss - empty.rss) / people,
    samples: {},
    figures: {
      'main heap KB/person': median((full.heapUsed - empty.heapUsed) / people / 1024),
    },
  };
}
