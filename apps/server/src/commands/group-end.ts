/** The job that ends the roles of a group that is being deleted (GR7); `documents/group-jobs.ts` runs it. */
import { z } from 'zod';
import { groupId } from '@tandem/protocol/groups';
import { createJob, type JobType } from '../jobs/job-handler.ts';
import type { NewJob } from '../storage/jobs/job-store.ts';

export const GROUP_END: JobType<'group-end', { readonly group: string }> = {
  kind: 'group-end',
  input: z.strictObject({ group: z.string().check((of) => void groupId.parse(of.value)) }),
};

export function groupEndJob(group: string): NewJob {
  return createJob(GROUP_END, { key: group, input: { group } });
}
