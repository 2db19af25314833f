/** Cost of a server that nobody is connected to. */
import { setTimeout as sleep } from 'node:timers/promises';
import { TARGET_NAMES } from '../targets.ts';
import { consumption } from '../measured-server.ts';
import { median, type Scenario } from '../scenario.ts';

/** What a server does once after its start is over by then. */
const WARM_UP_SECONDS = { quick: 30, full: 120 } as const;
const SECONDS = { quick: 20, full: 60 } as const;

export const empty: Scenario = {
  name: 'empty',
  what: 'Nobody is connected, two minutes after the start: what the server does on its own, over all threads.',
  operation: 'second',
  targets: TARGET_NAMES,
  isParallel: true,
  async run({ running: { server }, length }) {
    await sleep(WARM_UP_SECONDS[length] * 1000);
    // Nothing else is asked of the server meanwhile: each question wakes it.
    const before = await server.usage();
    await sleep(SECONDS[length] * 1000);
    const used = consumption(before, await server.usage());
    const wakeUps = used.threads.reduce((sum, thread) => sum + thread.wakeUps, 0);
    return {
      operations: SECONDS[length],
      ...used,
      samples: {},
      figures: { 'wake-ups/s': median(wakeUps / SECONDS[length]) },
      faults: new Map(),
    };
  },
};
