import { ulid } from 'ulid';
import { expect, onTestFinished, test, vi } from 'vitest';
import {
  CHAT_COMMANDS_PER_SECOND,
  COMMAND_BURST,
  COMMANDS_PER_SECOND,
  errorOf,
  MAX_COMMANDS_IN_FLIGHT,
  type Command,
  type MessageOf,
} from '@tandem/protocol';
import { systemClock } from '../runtime/clock.ts';
import { TimerWheel } from '../runtime/timer-wheel.ts';
import { COMMAND_LIMITS, FAN_OUT, TIMER_WHEEL } from '../limits.ts';
import { CommandQueue } from './command-queue.ts';
import type { CommandAnswer, CommandRunner } from './command-runner.ts';
import { FanOutLimiter, limitFanOut } from './fan-out-limiter.ts';
import { KeyedRateLimiter } from '../runtime/keyed-rate-limiter.ts';

const DONE: CommandAnswer = { kind: 'done', repeated: false, positions: [], events: 1 };

const fanOutRate = () => new KeyedRateLimiter({ rate: FAN_OUT.rate, clock: systemClock });

function fixture(fanOut = new FanOutLimiter(fanOutRate())) {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const begun: { readonly command: Command; readonly answer: (answer: CommandAnswer) => void }[] =
    [];
  const runner = {
    run: ({ command }) =>
      new Promise<CommandAnswer>((answer) => begun.push({ command: command as Command, answer })),
  } as Pick<CommandRunner, 'run'> as CommandRunner;
  const answers: MessageOf<'done' | 'refused'>[] = [];
  const closes: string[] = [];
  const wheel = new TimerWheel();
  const line = new CommandQueue({
    runner,
    fanOut,
    wheel,
    clock: systemClock,
    client: {
      user: 'u1',
      answer: (message) => answers.push(message),
      close: (name) => closes.push(name),
    },
  });
  const pass = (ms: number) => {
    for (let at = 0; at < ms; at += TIMER_WHEEL.tickMs) {
      vi.advanceTimersByTime(TIMER_WHEEL.tickMs);
      wheel.turn();
    }
  };
  const answerAll = async () => {
    for (const { answer } of begun) answer(DONE);
    await vi.advanceTimersByTimeAsync(0);
  };
  return { line, begun, answers, closes, pass, answerAll };
}

const rename = (): Command => ({
  id: ulid(),
  name: 'document:rename',
  input: { document: 'd1', title: 'Tide log' },
});
const see = (): Command => ({ id: ulid(), name: 'chat:see', input: { document: 'd1', number: 1 } });
const create = (): Command => ({
  id: ulid(),
  name: 'document:create',
  input: { document: 'document-of-these-tests' },
});

test('executes at once and answers each command (W24)', async () => {
  const { line, begun, answers } = fixture();
  const [first, second] = [rename(), see()];
  line.submit(first);
  line.submit(second);
  expect(begun.map(({ command }) => command)).toEqual([first, second]);
  begun[0]?.answer({ ...DONE, repeated: true });
  begun[1]?.answer({ kind: 'refused', error: errorOf('forbidden') });
  await vi.advanceTimersByTimeAsync(0);
  expect(answers).toEqual([
    { type: 'done', channel: 0, id: first.id, repeated: true, positions: [] },
    { type: 'refused', channel: 0, id: second.id, error: errorOf('forbidden') },
  ]);
});

test('W28 the creation of a document that fails by a fault is answered, and later commands continue', async () => {
  const { line, begun, answers } = fixture();
  const [first, second] = [create(), rename()];
  line.submit(first);
  line.submit(second);
  begun[0]?.answer({ kind: 'refused', error: errorOf('command-failed') });
  await vi.advanceTimersByTimeAsync(0);
  expect(answers).toMatchObject([
    { type: 'refused', id: first.id, error: { code: 'command-failed' } },
  ]);
  expect(begun.map(({ command }) => command)).toEqual([first, second]);
});

test('commands that are too fast wait, in order, and none is lost (W27)', async () => {
  const { line, begun, pass, answerAll } = fixture();
  const commands = Array.from({ length: COMMAND_BURST + 5 }, rename);
  const chat = see();
  for (const command of [...commands, chat]) line.submit(command);
  expect(begun).toHaveLength(COMMAND_BURST);
  pass(1_000 / COMMANDS_PER_SECOND);
  expect(begun).toHaveLength(COMMAND_BURST + 1);
  await answerAll();
  pass(1_000);
  expect(begun.map(({ command }) => command)).toEqual([...commands, chat]);
});

test('a command that many documents receive costs more (W27)', () => {
  const { line, begun } = fixture();
  for (let color = 0; color < COMMAND_BURST; color++)
    line.submit({ id: ulid(), name: 'profile:change', input: { color: color % 8 } });
  expect(begun).toHaveLength(COMMAND_BURST / COMMAND_LIMITS.profileChangeCost);
});

test('executes a hundred chat commands a second (W27)', async () => {
  const { line, answers, pass, answerAll } = fixture();
  let said = 0;
  for (let step = 0; step < 5_000 / TIMER_WHEEL.tickMs; step++) {
    for (; said - answers.length < MAX_COMMANDS_IN_FLIGHT; said++) line.submit(see());
    await answerAll();
    pass(TIMER_WHEEL.tickMs);
  }
  const inFiveSeconds = answers.length - COMMAND_BURST;
  expect(inFiveSeconds).toBeGreaterThan(4.5 * CHAT_COMMANDS_PER_SECOND);
  expect(inFiveSeconds).toBeLessThanOrEqual(5 * CHAT_COMMANDS_PER_SECOND);
});

test('closes a connection with too many waiting commands (W27)', () => {
  const { line, begun, closes } = fixture();
  for (let i = 0; i < COMMAND_LIMITS.maxQueued; i++) line.submit(rename());
  expect(closes).toEqual([]);
  expect(begun).toHaveLength(COMMAND_BURST);
  line.submit(rename());
  expect(closes).toEqual(['too-many']);
});

test('commands after a document’s creation wait for it', async () => {
  const { line, begun, answers } = fixture();
  line.submit(create());
  line.submit(rename());
  expect(begun).toHaveLength(1);
  begun[0]?.answer(DONE);
  await vi.advanceTimersByTimeAsync(0);
  expect(begun).toHaveLength(2);
  expect(answers).toHaveLength(1);
});

test('retries a document’s creation before later commands (W28)', async () => {
  const { line, begun, answers, pass } = fixture();
  line.submit(create());
  line.submit(rename());
  begun[0]?.answer({ kind: 'refused', error: errorOf('storage-failed') });
  await vi.advanceTimersByTimeAsync(0);
  expect(answers).toEqual([]);
  pass(COMMAND_LIMITS.retryMs);
  expect(begun.map(({ command }) => command.name)).toEqual(['document:create', 'document:create']);
  begun[1]?.answer(DONE);
  await vi.advanceTimersByTimeAsync(0);
  expect(answers).toMatchObject([{ type: 'done' }]);
  expect(begun).toHaveLength(3);
});

test('executes and answers nothing once the connection is closed', async () => {
  const { line, begun, answers, answerAll, pass } = fixture();
  for (let i = 0; i < COMMAND_BURST + 5; i++) line.submit(rename());
  line.end();
  await answerAll();
  pass(5_000);
  expect(begun).toHaveLength(COMMAND_BURST);
  expect(answers).toEqual([]);
});

const comment = (): Command => ({
  id: ulid(),
  name: 'comment:delete',
  input: { document: 'd1', message: ulid() },
});
const widely = (events: number): CommandAnswer => ({ ...DONE, events });

test('a person whose commands reached many others waits, over all connections (W27)', async () => {
  const fanOut = new FanOutLimiter(fanOutRate());
  const [one, other] = [fixture(fanOut), fixture(fanOut)];
  const { burst, perSecond } = FAN_OUT.rate;
  for (let sent = 0; sent < burst; sent += 200) {
    one.line.submit(comment());
    one.begun.at(-1)?.answer(widely(200));
    await vi.advanceTimersByTimeAsync(0);
  }
  expect(one.begun).toHaveLength(burst / 200);
  other.line.submit(rename());
  expect(other.begun).toHaveLength(0);
  other.pass(1_000 / perSecond + 2 * TIMER_WHEEL.tickMs);
  expect(other.begun).toHaveLength(1);
});

test('commands that reach few others cost nothing (W27)', async () => {
  const { line, begun, pass } = fixture();
  for (let i = 0; i < FAN_OUT.rate.burst; i++) {
    line.submit(see());
    begun.at(-1)?.answer(widely(FAN_OUT.free));
    await vi.advanceTimersByTimeAsync(0);
    pass(TIMER_WHEEL.tickMs);
  }
  expect(begun).toHaveLength(FAN_OUT.rate.burst);
});

test('PO7 a request for access costs the same, no matter whom it reaches (W27)', async () => {
  const { line, begun } = fixture();
  const ask: Command = {
    id: ulid(),
    name: 'access:request',
    input: { document: 'd1', message: '' },
  };
  line.submit(ask);
  begun[0]?.answer(widely(2 * FAN_OUT.rate.burst));
  await vi.advanceTimersByTimeAsync(0);
  line.submit(rename());
  expect(begun).toHaveLength(2);
});

test('comments of a person are executed one after the other, over all connections (W27)', async () => {
  const fanOut = new FanOutLimiter(fanOutRate());
  const [one, other] = [fixture(fanOut), fixture(fanOut)];
  one.line.submit(comment());
  one.line.submit(comment());
  other.line.submit(comment());
  other.line.submit(see());
  expect([one.begun.length, other.begun.length]).toEqual([1, 0]);
  // Also when the connection is closed before the answer.
  one.line.end();
  one.begun[0]?.answer(widely(200));
  await vi.advanceTimersByTimeAsync(0);
  other.pass(2 * TIMER_WHEEL.tickMs);
  expect(other.begun.map(({ command }) => command.name)).toEqual(['comment:delete', 'chat:see']);
});

test('a request whose person has reached many others is refused, and comes again (W27)', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const { burst, perSecond } = FAN_OUT.rate;
  const answers = [widely(burst)];
  const runner = { run: async () => answers.pop() ?? DONE };
  const limited = limitFanOut(runner, new FanOutLimiter(fanOutRate()));
  const run = () => limited.run({ user: 'u1', command: comment() });
  expect(await Promise.all([run(), run()])).toMatchObject([
    { kind: 'done' },
    { kind: 'refused', error: { code: 'too-many', temporary: true } },
  ]);
  expect(await run()).toMatchObject({ kind: 'refused' });
  vi.advanceTimersByTime(1_000 / perSecond);
  expect(await run()).toMatchObject({ kind: 'done' });
});
