/** The server restarts while everyone is connected. */
import { COMMON_TARGETS } from '../targets.ts';
import { consumption, type MeasuredServer } from '../measured-server.ts';
import { median, total, worst, type Runner, type Outcome, type Scenario } from '../scenario.ts';
import { firstOfEach, createClients, roomsOf, SETTLE_LIMIT_MS } from './participants.ts';

const ROOM = 10;
const PEOPLE = { quick: 500, full: 5_000 } as const;
const MESSAGES = 3;

export const reconnectStorm: Scenario = {
  name: 'reconnect-storm',
  what: 'Five thousand people in rooms of ten; the server is killed and started again; everyone comes back as their own client would.',
  operation: 'return',
  targets: COMMON_TARGETS,
  run: (runner) => run(runner, (server) => server.kill()),
};

export const restart: Scenario = {
  ...reconnectStorm,
  name: 'restart',
  what: 'The same, but the server is stopped with SIGTERM and can announce it.',
  run: (runner) => run(runner, (server) => server.stop()),
};

async function run(
  runner: Runner,
  end: (server: MeasuredServer) => Promise<void>,
): Promise<Outcome> {
  const { running, scale, length } = runner;
  const people = Math.round((PEOPLE[length] * scale) / ROOM) * ROOM;
  const writers = firstOfEach(ROOM, people);
  const rooms = roomsOf(ROOM, people);
  await using clients = await createClients(runner, { rooms });
  const open = await clients.open();
  await clients.write({ writers, messages: MESSAGES, batch: 1, batchesPerSecond: writers.length });
  await clients.waitFor(
    'delivered',
    MESSAGES * writers.length * (ROOM - 1),
    SETTLE_LIMIT_MS[length],
  );
  const acknowledged = await clients.acknowledged();
  await clients.clearSamples();
  await end(running.server);
  await running.server.start();
  const started = await running.server.usage();
  const allBackMs = await clients.reconnectAll();
  const after = await running.server.usage();
  const report = await clients.report();
  // A new client in each room reads its content.
  await using readers = await createClients(runner, {
    rooms: writers.map((writer) => rooms[writer] as string[]),
    firstWriter: people,
  });
  await readers.open();
  const acknowledgedCount = [...acknowledged.values()].reduce((sum, count) => sum + count, 0);
  const found = await readers.waitFor(
    'delivered',
    acknowledgedCount,
    acknowledgedCount === 0 ? 0 : 2_000,
  );
  return {
    operations: open,
    ...consumption(started, after),
    samples: { handshake: report.opened },
    figures: {
      'all back after ms': median(allBackMs),
      'came back %': median((100 * report.opened.length) / people),
      acknowledged: total(acknowledgedCount),
      'acknowledged and lost': worst(Math.max(0, acknowledgedCount - found)),
    },
    // Lost connections are intended, so no faults are reported.
    faults: new Map(),
  };
}
