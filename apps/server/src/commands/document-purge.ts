/** The job that deletes the text of a purged document; `documents/trash-jobs.ts` runs it. */
import { z } from 'zod';
import { documentId } from '@tandem/protocol';
import { createJob, type JobType } from '../jobs/job-handler.ts';
import type { NewJob } from '../storage/jobs/job-store.ts';

export const DOCUMENT_PURGE: JobType<'document-purge', { readonly document: string }> = {
  kind: 'document-purge',
  input: z.strictObject({ document: documentId }),
};

/** By then the owner, who may have read it, has been sent away on every node. */
const DELAY_MS = 5_000;

export function purgeJob(document: string): NewJob {
  return createJob(DOCUMENT_PURGE, { key: document, input: { document }, delayMs: DELAY_MS });
}
