/**
 * Slows a person whose commands reach many others: one thread executes everybody's commands, and each event is
 * stored for each person who receives it (W27).
 */
import { errorOf } from '@tandem/protocol';
import { FAN_OUT } from '../limits.ts';
import type { KeyedRateLimiter } from '../runtime/keyed-rate-limiter.ts';
import type { CommandRunner, ServerCommand } from './command-runner.ts';

type Named = Pick<ServerCommand, 'name'>;
type Runner = Pick<CommandRunner, 'run'>;

export class FanOutLimiter {
  readonly #rate: KeyedRateLimiter;
  /** People one of whose comments is being executed: what it costs is known afterwards. */
  readonly #commenting = new Set<string>();

  constructor(rate: KeyedRateLimiter) {
    this.#rate = rate;
  }

  mayBegin(user: string, command: Named): boolean {
    return this.#rate.has(user) && !(isComment(command) && this.#commenting.has(user));
  }

  begin(user: string, command: Named): void {
    if (isComment(command)) this.#commenting.add(user);
  }

  /** @param events that the command has published */
  end(user: string, command: Named, events: number): void {
    if (isComment(command)) this.#commenting.delete(user);
    if (events > FAN_OUT.free && !isSilent(command)) this.#rate.charge(user, events);
  }
}

const isComment = ({ name }: Named): boolean => name.startsWith('comment:');

/** Nobody may learn from a wait whether there is a document, and how many own it (PO7). */
const isSilent = ({ name }: Named): boolean => name === 'access:request';

/** For commands of requests, which do not wait for their turn, but come again. */
export function limitFanOut(runner: Runner, fanOut: FanOutLimiter): Runner {
  return {
    async run(request) {
      const { user, command } = request;
      if (!fanOut.mayBegin(user, command))
        return { kind: 'refused', error: errorOf('too-many', { retryAfterMs: FAN_OUT.retryMs }) };
      fanOut.begin(user, command);
      let events = 0;
      try {
        const answer = await runner.run(request);
        if (answer.kind === 'done') events = answer.events;
        return answer;
      } finally {
        fanOut.end(user, command, events);
      }
    },
  };
}
