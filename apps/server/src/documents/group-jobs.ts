/** The job of groups: ends the roles of one that is being deleted, a document at a time (GR7). */
import { ulid } from 'ulid';
import type { CommandRunner, ServerCall } from '../commands/command-runner.ts';
import { GROUP_END } from '../commands/group-end.ts';
import { ItemFailures } from '../jobs/item-failures.ts';
import type { JobHandler } from '../jobs/job-handler.ts';
import { listGroupDocuments } from '../storage/groups.ts';
import type { Database } from '../storage/tables.ts';

export function groupEnd({
  db,
  runner,
}: {
  readonly db: Database;
  readonly runner: Pick<CommandRunner, 'run'>;
}): JobHandler<'group-end', { readonly group: string }> {
  const run = async (call: ServerCall): Promise<void> => {
    const answer = await runner.run({ user: SERVER, command: { ...call, id: ulid() } });
    if (answer.kind === 'refused') throw new Error(answer.error.message);
  };
  return {
    ...GROUP_END,
    async run({ group }, { signal }) {
      const failures = new ItemFailures();
      for (const document of await listGroupDocuments(db, group)) {
        signal.throwIfAborted();
        await failures.attempt(() => run({ name: 'group:end-role', input: { group, document } }));
      }
      failures.throwIfAny();
      await run({ name: 'group:finish-deletion', input: { group } });
    },
  };
}

/** The author of what the server does by itself. */
const SERVER = '';
