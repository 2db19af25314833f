/**
 * Measures commands over real sockets, each on disk before it is acknowledged, and prints the
 * results:
 *
 * node test/commands/measure.mjs [rate=2000] [seconds=10] [connections=40] [once=10000]
 *
 * First `rate` chat messages a second for `seconds`, spread over `connections` users with a
 * document each.
 * Then `once` commands, each sent three times over three connections concurrently: the database
 * must
 * hold each once, and each must have been answered three times, twice of it as repeated.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ulid } from 'ulid';
import { WebSocket } from 'ws';
import {
  binaryCodec,
  MAX_COMMANDS_IN_FLIGHT,
  PROTOCOL_VERSION,
  SUBPROTOCOL_BINARY,
  type ClientMessage,
  type MessageOf,
  type ServerMessage,
  type Session,
} from '@tandem/protocol';
import { SCHEMA_VERSION } from '@tandem/document';
import { LocalExecutor } from '../../src/storage/sqlite/executor.ts';

type Answer = MessageOf<'done' | 'refused'>;

const options = new Map(process.argv.slice(2).map((pair) => pair.split('=') as [string, string]));
const option = (name: string, unset: number) => Number(options.get(name) ?? unset);
const RATE = option('rate', 2_000);
const SECONDS = option('seconds', 10);
const CONNECTIONS = option('connections', 40);
const ONCE = option('once', 10_000);
const TIMES = 3;
/** Excluded from results: unoptimized code is slow. */
const WARM_UP_SECONDS = 3;
const PER_PERSON = 100;
/** The unit of CPU time in /proc. */
const TICKS_PER_SECOND = 100;

class Speaker {
  readonly #socket: WebSocket;
  readonly #answered = new Map<string, (answer: Answer) => void>();
  #waiting: ClientMessage[] = [];
  onMessage: (message: ServerMessage) => void = () => {};

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data: Buffer) => {
      const decoded = binaryCodec.decodeFromServer(data);
      if (decoded.kind === 'invalid') throw new Error(decoded.reason);
      for (const message of decoded.messages) this.#receive(message);
    });
    socket.on('close', (code) => {
      if (this.#answered.size > 0) throw new Error(`closed with ${code}`);
    });
  }

  static async open(port: number, token: string): Promise<Speaker> {
    const socket = new WebSocket(`ws://localhost:${port}/sync`, SUBPROTOCOL_BINARY);
    const speaker = new Speaker(socket);
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    await new Promise<void>((resolve) => {
      speaker.onMessage = ({ type }) => type === 'welcome' && resolve();
      speaker.send({
        type: 'hello',
        channel: 0,
        protocol: PROTOCOL_VERSION,
        schema: SCHEMA_VERSION,
        token,
      });
    });
    return speaker;
  }

  send(message: ClientMessage): void {
    this.#socket.send(binaryCodec.encode(message));
  }

  /** Sends in order, with as many in flight as a client may have. */
  command(command: Omit<MessageOf<'command'>, 'type' | 'channel'>): Promise<Answer> {
    return new Promise((resolve) => {
      this.#answered.set(command.id, resolve);
      this.#waiting.push({ type: 'command', channel: 0, ...command } as ClientMessage);
      if (this.#answered.size <= MAX_COMMANDS_IN_FLIGHT) this.#sendWaiting();
    });
  }

  close(): void {
    this.#socket.close();
  }

  #sendWaiting(): void {
    const message = this.#waiting.shift();
    if (message !== undefined) this.send(message);
  }

  #receive(message: ServerMessage): void {
    if (message.type === 'ping') this.send({ type: 'pong', channel: 0, nonce: message.nonce });
    if (message.type === 'done' || message.type === 'refused') {
      this.#answered.get(message.id)?.(message);
      this.#answered.delete(message.id);
      if (this.#waiting.length > 0) this.#sendWaiting();
    }
    this.onMessage(message);
  }
}

interface Person {
  readonly token: string;
  readonly document: string;
}

const folder = await mkdtemp(join(tmpdir(), 'tandem-commands-'));
const server = spawn(process.execPath, [join(import.meta.dirname, 'main.js')], {
  env: {
    PATH: process.env['PATH'],
    PORT: '0',
    DATA_DIR: folder,
    LOG_LEVEL: 'info',
    SELF_PROBE: 'off',
  },
  stdio: ['ignore', 'pipe', 'inherit'],
});
try {
  const port = await new Promise<number>((resolve) => {
    server.stdout.on('data', (data: Buffer) => {
      const ready = /http:\/\/[^"]*:(\d+)/.exec(data.toString());
      if (ready !== null) resolve(Number(ready[1]));
    });
  });
  await measureRate(port);
  await measureOnce(port);
} finally {
  server.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}
process.exit();

async function measureRate(port: number): Promise<void> {
  const people = await makePeople(port, CONNECTIONS);
  const speakers = await Promise.all(people.map(({ token }) => Speaker.open(port, token)));
  const latencies: number[] = [];
  const total = RATE * (WARM_UP_SECONDS + SECONDS);
  const pending: Promise<void>[] = [];
  const cpuBefore = cpuSeconds();
  const began = performance.now();
  for (let sent = 0; sent < total;) {
    const due = Math.min(total, Math.floor(((performance.now() - began) / 1_000) * RATE));
    for (; sent < due; sent++) {
      const at = sent % CONNECTIONS;
      const { document } = people[at] as Person;
      const sentAt = performance.now();
      const answer = (speakers[at] as Speaker).command(message(document, `Message ${sent}.`));
      pending.push(
        answer.then(({ type }) => {
          if (type !== 'done') throw new Error(type);
          if (sentAt - began > 1_000 * WARM_UP_SECONDS) latencies.push(performance.now() - sentAt);
        }),
      );
    }
    await sleep(1);
  }
  await Promise.all(pending);
  const seconds = (performance.now() - began) / 1_000;
  const cpu = cpuSeconds() - cpuBefore;
  latencies.sort((a, b) => a - b);
  const percentile = (p: number) =>
    (latencies[Math.floor((latencies.length - 1) * p)] as number).toFixed(1);
  print('commands', `${total} in ${seconds.toFixed(1)} s: ${Math.round(total / seconds)} a second`);
  print(
    'answered after',
    `p50 ${percentile(0.5)} ms, p99 ${percentile(0.99)} ms, most ${percentile(1)} ms`,
  );
  print(
    'server CPU',
    `${((cpu * 1e6) / total).toFixed(0)} µs a command, ${(cpu / seconds).toFixed(2)} cores`,
  );
  for (const speaker of speakers) speaker.close();
}

async function measureOnce(port: number): Promise<void> {
  const people = await makePeople(port, Math.ceil(ONCE / PER_PERSON));
  const before = await countMessages();
  const began = performance.now();
  const counts = await Promise.all(
    people.map(async (person) => {
      const commands = Array.from({ length: PER_PERSON }, (_, i) =>
        message(person.document, `Message ${i}.`),
      );
      const submissions = Array.from({ length: TIMES }, async () => {
        const speaker = await Speaker.open(port, person.token);
        const answers = await Promise.all(commands.map((command) => speaker.command(command)));
        speaker.close();
        return answers;
      });
      const answers = (await Promise.all(submissions)).flat();
      return answers.filter((answer) => answer.type === 'done' && answer.repeated).length;
    }),
  );
  const repeated = counts.reduce((sum, count) => sum + count, 0);
  const submitted = people.length * PER_PERSON;
  const effects = (await countMessages()) - before;
  const seconds = (performance.now() - began) / 1_000;
  print(
    'submitted three times',
    `${submitted} commands in ${seconds.toFixed(1)} s: ${effects} effects, ${repeated} repeated`,
  );
  if (effects !== submitted || repeated !== submitted * (TIMES - 1)) process.exitCode = 1;
}

async function makePeople(port: number, count: number): Promise<readonly Person[]> {
  const people: Person[] = [];
  while (people.length < count) {
    const response = await fetch(`http://localhost:${port}/api/session`, { method: 'POST' });
    // Guest creation is rate-limited by address.
    if (response.status === 429) {
      await sleep(1_000);
      continue;
    }
    const { token } = (await response.json()) as Session;
    const speaker = await Speaker.open(port, token);
    const document = `document-${ulid()}`;
    await speaker.command({ id: ulid(), name: 'document:create', input: { document } });
    speaker.close();
    people.push({ token, document });
  }
  return people;
}

function message(document: string, text: string) {
  const input = { document, text, mentions: [], replyTo: null };
  return { id: ulid(), name: 'chat:send' as const, input };
}

async function countMessages(): Promise<number> {
  const executor = new LocalExecutor(join(folder, 'tandem.db'));
  const { rows } = await executor.execute('select count(*) as messages from message', []);
  await executor.close();
  return rows[0]?.['messages'] as number;
}

function cpuSeconds(): number {
  const fields = readFileSync(`/proc/${server.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

function print(what: string, figure: string): void {
  process.stdout.write(`${what.padEnd(18)}${figure}\n`);
}
