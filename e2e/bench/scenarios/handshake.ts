/** From nothing to five open rooms. */
import { setTimeout as sleep } from 'node:timers/promises';
import { CONTESTANT_NAMES } from '../contestants.ts';
import { median, type Arena, type Scenario } from '../scenario.ts';
import { fiveRooms, gather } from './cast.ts';

const PEOPLE = { quick: 500, full: 2_000 } as const;
/** Others come before them, and leave. */
const PRACTICE_PEOPLE = { quick: 200, full: 2_000 } as const;
const LEFT_MS = 2_000;

export const handshake: Scenario = {
  name: 'handshake',
  what: 'A hundred at a time come in: socket, who they are, and five rooms.',
  operation: 'arrival',
  contestants: CONTESTANT_NAMES,
  async run(arena) {
    const { stage, scale, length } = arena;
    const people = Math.round(PEOPLE[length] * scale);
    await practise(arena, Math.round(PRACTICE_PEOPLE[length] * scale));
    await using crowd = await gather(arena, { rooms: fiveRooms(people) });
    const before = await stage.server.usage();
    const beganMs = performance.now();
    const open = await crowd.open();
    const seconds = (performance.now() - beganMs) / 1000;
    const after = await stage.server.usage();
    const report = await crowd.report();
    return {
      operations: open,
      cpuUs: after.cpuUs - before.cpuUs,
      samples: { arrival: report.opened },
      figures: {
        'arrivals/s': median(open / seconds),
        'let in %': median((100 * open) / people),
      },
      faults: report.faults,
    };
  },
};

async function practise(arena: Arena, people: number): Promise<void> {
  {
    await using crowd = await gather(arena, { rooms: fiveRooms(people, 'practice') });
    await crowd.open();
  }
  await sleep(LEFT_MS);
}
