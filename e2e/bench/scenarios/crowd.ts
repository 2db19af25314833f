/** A document with many people, of whom some move their cursors and some type. */
import { setTimeout as sleep } from 'node:timers/promises';
import { CURSORS_READ_BY_ONE_OF } from '../../load/swarm/load-client.ts';
import { STAMP_LENGTH } from '../../load/swarm/stamp.ts';
import {
  consumption,
  type Consumption,
  type MeasuredServer,
  type Usage,
} from '../measured-server.ts';
import { median, type Runner, type Outcome, type Scenario } from '../scenario.ts';
import { createClients, messagesIn, WARM_UP_SECONDS } from './participants.ts';

interface Crowd {
  readonly people: number;
  readonly moving: number;
  readonly typing: number;
}

const LARGE: Record<'quick' | 'full', Crowd> = {
  quick: { people: 200, moving: 10, typing: 2 },
  full: { people: 1_000, moving: 50, typing: 10 },
};
/** As many as each of the servers can serve. */
const SMALL: Crowd = { people: 100, moving: 5, typing: 1 };
const SECONDS = { quick: 4, full: 10 } as const;
const CURSOR_EVERY_MS = 33;
const BEGIN_WITHIN_MS = 5_000;
const KEYS_PER_SECOND = 12;
/** Overloaded servers answer after minutes, and say then what they have used until then. */
const ANSWER_LIMIT_MS = 1_000;

const UNKNOWN: Consumption = { cpuUs: Number.NaN, writtenBytes: Number.NaN, threads: [] };

export const crowd: Scenario = {
  name: 'crowd',
  what: 'A thousand people in one document: fifty move their cursors every 33 ms, ten others type, twelve keys a second each. A cursor may be replaced by a newer one on its way; ages are of those that arrive.',
  operation: 'delivery',
  targets: ['tandem', 'y-websocket', 'hocuspocus'],
  run: (runner) => run(runner, LARGE[runner.length]),
};

export const smallCrowd: Scenario = {
  ...crowd,
  name: 'small-crowd',
  what: 'The same with a hundred people, of whom five move their cursors and another one types.',
  run: (runner) => run(runner, SMALL),
};

async function run(runner: Runner, sizes: Crowd): Promise<Outcome> {
  const { running, scale, length } = runner;
  const scaled = (count: number) => Math.max(1, Math.round(count * scale));
  const people = scaled(sizes.people);
  const moving = scaled(sizes.moving);
  const typing = scaled(sizes.typing);
  await using clients = await createClients(runner, {
    rooms: Array.from({ length: people }, () => ['room']),
    textLength: STAMP_LENGTH,
    accounts: people,
  });
  await clients.open();
  const writers = Array.from({ length: typing }, (_, index) => index);
  const rate = { writers, batch: 1, batchesPerSecond: typing * KEYS_PER_SECOND };
  const warmUpMs = WARM_UP_SECONDS[length] * 1000;
  const allSeconds = WARM_UP_SECONDS[length] + SECONDS[length];
  const acting = Promise.all([
    clients.write({ ...rate, messages: messagesIn(allSeconds, rate) }),
    clients.moveCursors({
      writers: Array.from({ length: moving }, (_, index) => typing + index),
      everyMs: CURSOR_EVERY_MS,
      beginWithinMs: Math.min(BEGIN_WITHIN_MS, warmUpMs),
      forMs: allSeconds * 1000,
    }),
  ]);
  await sleep(warmUpMs);
  const beganMs = performance.now();
  const [before] = await Promise.all([usageNow(running.server), clients.clearSamples()]);
  await acting;
  // What is on its way now stands for what was on its way at the beginning.
  const [after, report] = await Promise.all([usageNow(running.server), clients.report()]);
  const seconds = (performance.now() - beganMs) / 1000;
  const readers = Math.ceil(people / CURSORS_READ_BY_ONE_OF);
  const cursors = (report.cursors.length * people) / readers;
  const used = before === null || after === null ? UNKNOWN : consumption(before, after);
  return {
    operations: report.delivered + cursors,
    ...used,
    samples: { text: report.latencies, cursor: report.cursors },
    figures: {
      'text delivered %': median((100 * report.delivered) / (report.written * (people - 1))),
      'cursors sent/s': median(report.cursorsSent / moving / seconds),
      'cursors/s and person': median(cursors / people / seconds),
      ...(used === UNKNOWN ? {} : { cores: median(used.cpuUs / 1e6 / seconds) }),
    },
    faults: new Map([
      ...report.faults,
      ...(used === UNKNOWN ? [['too busy to say what it used', 1] as const] : []),
    ]),
  };
}

async function usageNow(server: MeasuredServer): Promise<Usage | null> {
  return Promise.race([server.usage(), sleep(ANSWER_LIMIT_MS, null)]);
}
