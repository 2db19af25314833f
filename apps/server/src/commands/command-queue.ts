/**
 * The commands of one connection: carried out and answered in the order in which they came, as fast as a
 * connection may. What comes faster waits; what is more than may wait ends the connection, and is said again.
 */
import {
  CHAT_COMMANDS_PER_SECOND,
  COMMAND_BURST,
  COMMANDS_PER_SECOND,
  type Command,
  type ErrorBody,
  type MessageOf,
} from '@tandem/protocol';
import { Deadline, type Expiring, type TimerWheel } from '../runtime/timer-wheel.ts';
import { TokenBucket } from '../runtime/token-bucket.ts';
import { COMMAND_LIMITS, TIMER_WHEEL } from '../limits.ts';
import type { CommandAnswer, CommandRunner } from './command-runner.ts';

/** The connection, as its commands see it. */
export interface CommandClient {
  readonly user: string;
  answer(message: MessageOf<'done' | 'refused'>): void;
  /** It says more than it may, or a step failed. */
  close(name: 'too-many' | 'internal', sentence?: string): void;
}

export interface CommandQueueOptions {
  readonly client: CommandClient;
  readonly runner: CommandRunner;
  readonly wheel: TimerWheel;
}

/** A command whose text is not accepted: it only waits for its turn to be answered. */
interface Unaccepted {
  readonly id: string;
  readonly name: 'unaccepted';
  readonly error: ErrorBody;
}

export class CommandQueue implements Expiring {
  readonly #options: CommandQueueOptions;
  readonly #buckets: { readonly chat: TokenBucket; readonly other: TokenBucket };
  readonly #pause = new Deadline(this);
  #waiting: (Command | Unaccepted)[] = [];
  /** Settled with the newest answer. */
  #lastAnswer: Promise<void> = Promise.resolve();
  #unanswered = 0;
  /** `held`: the first that waits must not begin before an answer has come. */
  #state: 'open' | 'held' | 'ended' = 'open';

  constructor(options: CommandQueueOptions) {
    this.#options = options;
    const nowMs = performance.now();
    const bucket = (perSecond: number) =>
      new TokenBucket({ perSecond, burst: COMMAND_BURST, nowMs });
    this.#buckets = { chat: bucket(CHAT_COMMANDS_PER_SECOND), other: bucket(COMMANDS_PER_SECOND) };
  }

  /** Answered by `done` or `refused`, sooner or later. */
  submit(command: Command | Unaccepted): void {
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

  /** Answers a command with a refusal after those before it. */
  refuse(id: string, error: ErrorBody): void {
    this.submit({ id, name: 'unaccepted', error });
  }

  /** Nobody is there to hear answers; what was begun goes on. */
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
      if (!this.#mayBegin(command)) {
        this.#options.wheel.arm(this.#pause, TIMER_WHEEL.tickMs);
        return;
      }
      this.#waiting.shift();
      this.#begin(command);
    }
  }

  #mayBegin({ name }: Command | Unaccepted): boolean {
    const bucket = name.startsWith('chat:') ? this.#buckets.chat : this.#buckets.other;
    const price = name === 'profile:change' ? COMMAND_LIMITS.profileChangeCost : 1;
    return bucket.take(price, performance.now());
  }

  #begin(command: Command | Unaccepted): void {
    const { runner, client } = this.#options;
    if (command.name === 'unaccepted') {
      const { id, error } = command;
      this.#lastAnswer = this.#lastAnswer.then(() =>
        this.#finish({ id }, { kind: 'refused', error }),
      );
      return;
    }
    // A document takes a step more than others, and what follows may be about it.
    if (command.name === 'document:create') this.#state = 'held';
    this.#lastAnswer = runner.run({ user: client.user, command }).then(
      (answer) => this.#finish(command, answer),
      () => client.close('internal'),
    );
  }

  #finish(command: Command | { readonly id: string }, answer: CommandAnswer): void {
    if (this.#state === 'ended') return;
    if (this.#state === 'held') {
      this.#state = 'open';
      if ('name' in command && answer.kind === 'refused' && answer.error.temporary) {
        // Those behind it would be refused for want of it, and for good.
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
