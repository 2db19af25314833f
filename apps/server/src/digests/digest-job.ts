/** The job that mails a person their unread notifications; commands enqueue it. */
import { z } from 'zod';
import { createJob, type JobType } from '../jobs/job-handler.ts';
import { DIGESTS } from './limits.ts';
import type { NewJob } from '../storage/jobs/job-store.ts';

export interface DigestInput {
  readonly user: string;
}

export const DIGEST: JobType<'digest', DigestInput> = {
  kind: 'digest',
  input: z.strictObject({ user: z.string() }),
};

/** One waits for a person, however much they are notified of: it is due at the earliest of the times (JB2). */
export function digestJob(user: string, delayMs: number = DIGESTS.quietMs): NewJob {
  return createJob(DIGEST, { key: user, input: { user }, delayMs });
}
