/** What it costs that someone opens the application, and that they come back after a lost connection. */
import { setTimeout as sleep } from 'node:timers/promises';
import { consumption } from '../measured-server.ts';
import type { Outcome, Runner, Scenario } from '../scenario.ts';
import { connectAll, disconnectAll, prepareTabs } from './application-tabs.ts';
import { roomsOf } from './participants.ts';

const ROOM = 10;
const PEOPLE = { quick: 500, full: 2_000 } as const;
const WARM_UPS = 2;
const APART_MS = 3_000;

export const arrival: Scenario = {
  name: 'arrival',
  what: 'Fifty at a time open the application: a document that nobody had open, with ten people, its chat and sharing, the library and the activity.',
  operation: 'arrival',
  targets: ['tandem'],
  run: (runner) => run(runner, 'first'),
};

export const comeback: Scenario = {
  name: 'comeback',
  what: 'The same people lose their connections and come back with their positions.',
  operation: 'return',
  targets: ['tandem'],
  run: (runner) => run(runner, 'again'),
};

async function run({ running, scale, length }: Runner, which: 'first' | 'again'): Promise<Outcome> {
  const { server } = running;
  const rooms = roomsOf(ROOM, Math.round(PEOPLE[length] * scale)).flat();
  const createWarmUp = await prepareTabs(
    running,
    rooms.map((room) => `warm-up-${room}`),
  );
  const createTabs = await prepareTabs(running, rooms);
  for (let i = 0; i < WARM_UPS; i++) await visit(createWarmUp());
  const tabs = createTabs();
  if (which === 'again') await visit(tabs);
  const before = await server.usage();
  await connectAll(tabs);
  const after = await server.usage();
  disconnectAll(tabs);
  return {
    operations: tabs.length,
    ...consumption(before, after),
    samples: {},
    figures: {},
    faults: new Map(),
  };
}

async function visit(tabs: Parameters<typeof connectAll>[0]): Promise<void> {
  await connectAll(tabs);
  disconnectAll(tabs);
  await sleep(APART_MS);
}
