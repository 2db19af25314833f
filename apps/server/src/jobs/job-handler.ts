/** What a kind of job is: the schema of its input, and the handler that does the work. */
import { z } from 'zod';
import type { NewJob } from '../storage/jobs/job-store.ts';
import { JOBS } from './limits.ts';
import type { Backoff } from '../runtime/backoff.ts';

/** Known where jobs are enqueued, also in threads that run none. */
export interface JobType<K extends string, I> {
  readonly kind: K;
  readonly input: z.ZodType<I>;
}

export interface JobHandler<K extends string, I> extends JobType<K, I> {
  /** Of a recurring job; its input is null. */
  readonly intervalMs?: number;
  readonly maxFailures?: number;
  readonly retry?: Backoff;
  /** May be called more than once for a job (JB11). @throws when the job must be repeated. */
  run(input: I, context: JobContext): Promise<void>;
}

/** Thrown by a handler when the job would fail in the same way again: it is kept as failed at once (JB13). */
export class PermanentJobError extends Error {}

export interface JobContext {
  /** The same for all attempts: what other systems need to recognise a repetition. */
  readonly id: string;
  /** From 1; after the first, some or all of the work may be done already. */
  readonly attempt: number;
  /** Aborts when the work is not this node's any more, or when the server stops (JB14). */
  readonly signal: AbortSignal;
}

export type AnyJobHandler<K extends string = string> = JobHandler<K, unknown>;

/** @throws when the input does not fit the schema or a limit, which is a bug (JB12). */
export function createJob<I>(
  type: JobType<string, I>,
  {
    key,
    input,
    delayMs = 0,
  }: { readonly key: string; readonly input: I; readonly delayMs?: number },
): NewJob {
  const text = JSON.stringify(type.input.parse(input));
  if (key.length > JOBS.maxKeyLength) throw new RangeError('the key of a job is too long');
  if (text.length > JOBS.maxInputLength) throw new RangeError('the input of a job is too large');
  return { kind: type.kind, key, input: text, delayMs: Math.max(0, Math.round(delayMs)) };
}

/** @throws when the work is not for this version, or when it ends without success (JB12). */
export async function runJob(
  handler: AnyJobHandler,
  input: string,
  context: JobContext,
): Promise<void> {
  await handler.run(handler.input.parse(JSON.parse(input)), context);
}

/** A job that the cluster runs once in each interval, with the first one at its first start. */
export function recurringJob<K extends string>({
  kind,
  intervalMs,
  run,
}: {
  readonly kind: K;
  readonly intervalMs: number;
  readonly run: (context: JobContext) => Promise<void>;
}): AnyJobHandler<K> {
  return { kind, intervalMs, input: z.null(), run: (_, context) => run(context) };
}
