/** Writes of HTTP requests: their response time is bounded, also when the disk accepts nothing. */
import { ulid } from 'ulid';
import type { CommandRunner, ServerCall } from '../commands/command-runner.ts';
import { HTTP } from '../limits.ts';
import { ApiError } from '../http/api-error.ts';
import { systemClock } from '../runtime/clock.ts';
import { within } from '../runtime/within.ts';

const STORAGE_RETRY_MS = 5_000;

/**
 * @param write continues after the timeout: failed commits are retried, and a change has an id or
 * state that makes it idempotent.
 * @throws ApiError `storage-failed`
 */
export async function boundedWrite<T>(write: Promise<T>): Promise<T> {
  const detail =
    'The server cannot write to its disk at the moment. The change is made once it can; look again later.';
  return await within(write, {
    clock: systemClock,
    ms: HTTP.writeTimeoutMs,
    late: () => new ApiError('storage-failed', { detail, retryAfterMs: STORAGE_RETRY_MS }),
  });
}

export interface RequestedCommand {
  readonly user: string;
  /** With which the request came: a body that takes long, or a hash, may outlive it (AC21). Null for none. */
  readonly session: string | null;
  readonly call: ServerCall;
}

/** @returns the id of the command. @throws ApiError when it is refused, or not stored in time. */
export async function runCommand(
  runner: Pick<CommandRunner, 'run'>,
  { user, session, call }: RequestedCommand,
): Promise<string> {
  const command = { ...call, id: ulid() };
  const answer = await boundedWrite(
    runner.run({ user, command, ...(session === null ? {} : { session }) }),
  );
  if (answer.kind === 'refused') throw ApiError.from(answer.error);
  return command.id;
}
