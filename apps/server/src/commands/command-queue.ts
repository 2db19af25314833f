/**
 * The command queue of one connection: executes and answers commands in order, within the connection's
 * rate. Faster commands wait. Too many waiting commands close the connection; the client sends them again.
 */
import {
  CHAT_COMMANDS_PER_SECOND,
  COMMAND_BURST,
  COMMANDS_PER_SECOND,
  type Command,
  type ErrorBody,
  type MessageOf,
} from '@tandem/protocol';
import type { Clock } from '../runtime/clock.ts';
import { Deadline, type Expiring, type TimerWheel } from '../runtime/timer-wheel.ts';
import { TokenBucket } from '../runtime/token-bucket.ts';
import { COMMAND_LIMITS, TIMER_WHEEL } from '../limits.ts';
import type { CommandAnswer, CommandRunner } from './command-runner.ts';
import type { FanOutLimiter } from './fan-out-limiter.ts';

export interface CommandClient {
  readonly user: string;
  answer(message: MessageOf<'done' | 'refused'>): void;
  close(name: 'too-many' | 'internal', sentence?: string): void;
}

export interface CommandQueueOptions {
  readonly client: CommandClient;
  readonly runner: CommandRunner;
  /** Of the person, over all connections. */
  readonly fanOut: FanOutLimiter;
  readonly wheel: TimerWheel;
  readonly clock: Clock;
}

interface InvalidCommand {
  readonly id: string;
  readonly name: 'invalid';
  readonly error: ErrorBody;
}

export class CommandQueue implements Expiring {
  readonly #options: CommandQueueOptions;
  readonly #buckets: { readonly chat: TokenBucket; readonly other: TokenBucket };
  readonly #pause = new Deadline(this);
  #waiting: (Command | InvalidCommand)[] = [];
  #lastAnswer: Promise<void> = Promise.resolve();
  #unanswered = 0;
  #state: 'open' | 'blocked' | 'ended' = 'open';

  constructor(options: CommandQueueOptions) {
    this.#options = options;
    const nowMs = options.clock.monotonicMs();
    const bucket = (perSecond: number) =>
      new TokenBucket({ perSecond, burst: COMMAND_BURST, nowMs });
    this.#buckets = { chat: bucket(CHAT_COMMANDS_PER_SECOND), other: bucket(COMMANDS_PER_SECOND) };
  }

  submit(command: Command | InvalidCommand): void {
    if (this.#unanswered >= COMMAND_LIMITS.maxQueued) {
      this.#options.client.close(
        'too-many',
        'Too many changes at once. They are kept on this device and are sent more slowly.',
      );
      return;
    }
    this.#unanswered++;
    this.#waiting.push(command);
    this.#advance();
  }

  refuse(id: string, error: ErrorBody): void {
    this.submit({ id, name: 'invalid', error });
  }

  /** The connection is closed: drops waiting commands and answers; running commands continue. */
  end(): void {
    this.#state = 'ended';
    this.#waiting = [];
    this.#options.wheel.disarm(this.#pause);
  }

  expire(): void {
    this.#advance();
  }

  #advance(): void {
    while (this.#state === 'open' && !this.#pause.armed) {
      const [command] = this.#waiting;
      if (command === undefined) return;
      if (!this.#isInTurn(command) || !this.#hasTokens(command)) {
        this.#options.wheel.arm(this.#pause, TIMER_WHEEL.tickMs);
        return;
      }
      this.#waiting.shift();
      this.#begin(command);
    }
  }

  #isInTurn(command: Command | InvalidCommand): boolean {
    const { fanOut, client } = this.#options;
    return command.name === 'invalid' || fanOut.mayBegin(client.user, command);
  }

  #hasTokens({ name }: Command | InvalidCommand): boolean {
    const bucket = name.startsWith('chat:') ? this.#buckets.chat : this.#buckets.other;
    const price = name === 'profile:change' ? COMMAND_LIMITS.profileChangeCost : 1;
    return bucket.take(price, this.#options.clock.monotonicMs());
  }

  #begin(command: Command | InvalidCommand): void {
    const { runner, client, fanOut } = this.#options;
    if (command.name === 'invalid') {
      const { id, error } = command;
      this.#lastAnswer = this.#lastAnswer.then(() =>
        this.#finish({ id }, { kind: 'refused', error }),
      );
      return;
    }
    // Creating a document takes an additional step, and later commands may be about the document.
    if (command.name === 'document:create') this.#state = 'blocked';
    const { user } = client;
    fanOut.begin(user, command);
    this.#lastAnswer = runner.run({ user, command }).then(
      (answer) => {
        fanOut.end(user, command, answer.kind === 'done' ? answer.events : 0);
        this.#finish(command, answer);
      },
      () => {
        fanOut.end(user, command, 0);
        client.close('internal');
      },
    );
  }

  #finish(command: Command | { readonly id: string }, answer: CommandAnswer): void {
    if (this.#state === 'ended') return;
    if (this.#state === 'blocked') {
      this.#state = 'open';
      if ('name' in command && answer.kind === 'refused' && isPassing(answer.error)) {
        // Later commands would be refused permanently for lack of the document.
        this.#waiting.unshift(command);
        this.#options.wheel.arm(this.#pause, answer.error.retryAfterMs ?? COMMAND_LIMITS.retryMs);
        return;
      }
    }
    this.#unanswered--;
    this.#options.client.answer(
      answer.kind === 'done'
        ? {
            type: 'done',
            channel: 0,
            id: command.id,
            repeated: answer.repeated,
            positions: answer.positions,
          }
        : { type: 'refused', channel: 0, id: command.id, error: answer.error },
    );
    this.#advance();
  }
}

/** False also for a fault that shows at each execution of the command: its client repeats it (CM14). */
function isPassing({ temporary, code }: ErrorBody): boolean {
  return temporary && code !== 'command-failed';
}
