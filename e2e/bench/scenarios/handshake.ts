/** Time from no connection to five open rooms. */
import { setTimeout as sleep } from 'node:timers/promises';
import { TARGET_NAMES } from '../targets.ts';
import { median, type Runner, type Scenario } from '../scenario.ts';
import { fiveRooms, gather } from './participants.ts';

const PEOPLE = { quick: 500, full: 2_000 } as const;
/** Warm-up: these people connect first, and leave. */
const PRACTICE_PEOPLE = { quick: 200, full: 2_000 } as const;
const LEFT_MS = 2_000;

export const handshake: Scenario = {
  name: 'handshake',
  what: 'A hundred at a time come in: socket, who they are, and five rooms.',
  operation: 'arrival',
  targets: TARGET_NAMES,
  async run(runner) {
    const { running, scale, length } = runner;
    const people = Math.round(PEOPLE[length] * scale);
    await practise(runner, Math.round(PRACTICE_PEOPLE[length] * scale));
    await using crowd = await gather(runner, { rooms: fiveRooms(people) });
    const before = await running.server.usage();
    const beganMs = performance.now();
    const open = await crowd.open();
    const seconds = (performance.now() - beganMs) / 1000;
    const after = await running.server.usage();
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

async function practise(runner: Runner, people: number): Promise<void> {
  {
    await using crowd = await gather(runner, { rooms: fiveRooms(people, 'practice') });
    await crowd.open();
  }
  await sleep(LEFT_MS);
}
