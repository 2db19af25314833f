/** Time until the server acknowledges a message. */
import type { MeasuredOperation } from '../../load/swarm/client-protocol.ts';
import { TANDEM_ON_POSTGRES, TARGET_NAMES } from '../targets.ts';
import { consumption } from '../measured-server.ts';
import { median, type Runner, type Outcome, type Scenario } from '../scenario.ts';
import {
  createClients,
  messagesIn,
  WARM_UP_SECONDS,
  roomsOf,
  secondsWithWrites,
  SETTLE_LIMIT_MS,
} from './participants.ts';

const PEOPLE = { quick: 200, full: 1_000 } as const;
const SECONDS = { quick: 2, full: 6 } as const;
const PER_SECOND = { quick: 400, full: 2_000 } as const;

export const acknowledgement: Scenario = {
  name: 'acknowledgement',
  what: 'A thousand people, each in a room of their own, 2,000 messages a second; each is answered: Tandem after the disk has it, all others before.',
  operation: 'message',
  targets: TARGET_NAMES,
  run: (runner) => run(runner, 'answer'),
};

export const commands: Scenario = {
  name: 'commands',
  what: 'A thousand people, each in a room of their own, 2,000 chat messages a second; each is answered: Tandem after the disk has it, exactly once, and tells the room; the others from memory.',
  operation: 'command',
  targets: ['tandem', 'ws-relay', 'socket-io', TANDEM_ON_POSTGRES],
  run: (runner) => run(runner, 'command'),
};

async function run(runner: Runner, measured: MeasuredOperation): Promise<Outcome> {
  const { running, scale, length } = runner;
  const people = Math.round(PEOPLE[length] * scale);
  const writers = Array.from({ length: people }, (_, index) => index);
  const plan = { writers, batch: 1, batchesPerSecond: PER_SECOND[length] };
  const warmUp = messagesIn(WARM_UP_SECONDS[length], plan);
  const messages = messagesIn(secondsWithWrites(running, SECONDS[length]), plan);
  await using clients = await createClients(runner, { rooms: roomsOf(1, people), measured });
  await clients.open();
  await clients.write({ ...plan, messages: warmUp });
  await clients.waitFor('answered', warmUp * people, SETTLE_LIMIT_MS[length]);
  await clients.clearSamples();
  const before = await running.server.usage();
  await clients.write({ ...plan, messages });
  const answered = await clients.waitFor('answered', messages * people, SETTLE_LIMIT_MS[length]);
  const after = await running.server.usage();
  const report = await clients.report();
  return {
    operations: answered,
    ...consumption(before, after),
    samples: { answer: report.answers },
    figures: { 'answered %': median((100 * answered) / (messages * people)) },
    faults: report.faults,
  };
}
