/** How long until the server says that it has it. */
import type { Want } from '../../load/swarm/dialect.ts';
import { CONTESTANT_NAMES } from '../contestants.ts';
import { median, type Arena, type Outcome, type Scenario } from '../scenario.ts';
import { gather, messagesIn, PRACTICE_SECONDS, roomsOf, SETTLE_LIMIT_MS } from './cast.ts';

const PEOPLE = { quick: 200, full: 1_000 } as const;
const SECONDS = { quick: 2, full: 6 } as const;
const PER_SECOND = { quick: 400, full: 2_000 } as const;

export const acknowledgement: Scenario = {
  name: 'acknowledgement',
  what: 'A thousand people, each in a room of their own, 2,000 messages a second; each is answered: Tandem after the disk has it, the others from memory.',
  operation: 'message',
  contestants: CONTESTANT_NAMES,
  run: (arena) => run(arena, 'answer'),
};

export const commands: Scenario = {
  name: 'commands',
  what: 'A thousand people, each in a room of their own, 2,000 chat messages a second; each is answered: Tandem after the disk has it, exactly once, and tells the room; the others from memory.',
  operation: 'command',
  contestants: ['tandem', 'ws-relay', 'socket-io'],
  run: (arena) => run(arena, 'command'),
};

async function run(arena: Arena, wants: Want): Promise<Outcome> {
  const { stage, scale, length } = arena;
  const people = Math.round(PEOPLE[length] * scale);
  const writers = Array.from({ length: people }, (_, index) => index);
  const plan = { writers, batch: 1, batchesPerSecond: PER_SECOND[length] };
  const practice = messagesIn(PRACTICE_SECONDS[length], plan);
  const messages = messagesIn(SECONDS[length], plan);
  await using crowd = await gather(arena, { rooms: roomsOf(1, people), wants });
  await crowd.open();
  await crowd.write({ ...plan, messages: practice });
  await crowd.until('answered', practice * people, SETTLE_LIMIT_MS[length]);
  await crowd.clear();
  const before = await stage.server.usage();
  await crowd.write({ ...plan, messages });
  const answered = await crowd.until('answered', messages * people, SETTLE_LIMIT_MS[length]);
  const after = await stage.server.usage();
  const report = await crowd.report();
  return {
    operations: answered,
    cpuUs: after.cpuUs - before.cpuUs,
    samples: { answer: report.answers },
    figures: { 'answered %': median((100 * answered) / (messages * people)) },
    faults: report.faults,
  };
}
