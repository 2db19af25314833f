/** Time from no connection to five open rooms. */
import { setTimeout as sleep } from 'node:timers/promises';
import { COMMON_TARGETS } from '../targets.ts';
import { consumption } from '../measured-server.ts';
import { median, type Runner, type Scenario } from '../scenario.ts';
import { fiveRooms, createClients } from './participants.ts';

const PEOPLE = { quick: 500, full: 2_000 } as const;
const WARM_UP_PEOPLE = { quick: 200, full: 2_000 } as const;
const AFTER_WARM_UP_MS = 2_000;

export const handshake: Scenario = {
  name: 'handshake',
  what: 'A hundred at a time come in: socket, who they are, and five rooms.',
  operation: 'arrival',
  targets: COMMON_TARGETS,
  async run(runner) {
    const { running, scale, length } = runner;
    const people = Math.round(PEOPLE[length] * scale);
    await warmUp(runner, Math.round(WARM_UP_PEOPLE[length] * scale));
    await using clients = await createClients(runner, { rooms: fiveRooms(people) });
    const before = await running.server.usage();
    const beganMs = performance.now();
    const open = await clients.open();
    const seconds = (performance.now() - beganMs) / 1000;
    const after = await running.server.usage();
    const report = await clients.report();
    return {
      operations: open,
      ...consumption(before, after),
      samples: { arrival: report.opened },
      figures: {
        'arrivals/s': median(open / seconds),
        'let in %': median((100 * open) / people),
      },
      faults: report.faults,
    };
  },
};

async function warmUp(runner: Runner, people: number): Promise<void> {
  {
    await using clients = await createClients(runner, { rooms: fiveRooms(people, 'warm-up') });
    await clients.open();
  }
  await sleep(AFTER_WARM_UP_MS);
}
