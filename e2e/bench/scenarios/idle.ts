/** People who are there and do nothing, in five rooms each. */
import { setTimeout as sleep } from 'node:timers/promises';
import { CONTESTANT_NAMES, type Stage } from '../contestants.ts';
import { median, type Scenario } from '../scenario.ts';
import { fiveRooms, gather } from './cast.ts';

const PEOPLE = { quick: 1_000, full: 3_000 } as const;
/** What the first connections cost once and for all is not counted to the others. */
const WARM_UP = 50;
/** Presence of those who just came has been told, and those of the warm-up are forgotten (10 s). */
const SETTLE_MS = 11_000;
/** A round of Tandem's and Socket.IO's heartbeats. */
const WINDOW_MS = 25_000;
/** A collection goes on in the background for a while. */
const AFTER_COLLECTION_MS = 3_000;

export const idle: Scenario = {
  name: 'idle',
  what: 'People in five rooms each (four of ten people, one of a thousand) who do nothing; memory after a full collection, processor time with what the server does for nobody.',
  operation: 'person and second',
  contestants: CONTESTANT_NAMES,
  together: true,
  async run(arena) {
    const { stage, scale, length } = arena;
    const people = Math.round(PEOPLE[length] * scale);
    const rooms = fiveRooms(people);
    const warmUp = await gather(arena, { rooms: rooms.slice(0, WARM_UP), firstWriter: people });
    await using crowd = await gather(arena, { rooms });
    // What making the rooms took is not what it takes to be in them.
    await stage.server.kill();
    await stage.server.start();
    await warmUp.open();
    await warmUp[Symbol.asyncDispose]();
    await sleep(SETTLE_MS);
    const empty = await stage.server.usageAtRest();
    const open = await crowd.open();
    await sleep(SETTLE_MS);
    const full = await stage.server.usageAtRest();
    const cpuUs = await idling(stage, WINDOW_MS);
    const { faults } = await crowd.report();
    return {
      operations: (open * WINDOW_MS) / 1000,
      cpuUs,
      bytesPerPerson: (full.rss - empty.rss) / open,
      samples: {},
      figures: {
        'main heap KB/person': median((full.heapUsed - empty.heapUsed) / open / 1024),
      },
      faults,
    };
  },
};

/** Processor time in microseconds of so long a time. */
async function idling({ server }: Stage, windowMs: number): Promise<number> {
  await sleep(AFTER_COLLECTION_MS);
  const before = await server.usage();
  await sleep(windowMs);
  return (await server.usage()).cpuUs - before.cpuUs;
}
