import { expect, test } from 'vitest';
import { TRASH_MS } from '@tandem/protocol';
import {
  DOCUMENT as document,
  fixtureWithRoles,
} from '../commands/handlers/testing/command-fixture.ts';
import { runJob } from '../jobs/job-handler.ts';
import { SearchIndex } from '../storage/search/search-index.ts';
import { databaseReader } from '../storage/search/search-reader.ts';
import { sqliteTerms } from '../storage/search/sqlite-terms.ts';
import { listTrash } from '../storage/trash.ts';
import { documentPurge, trashSweep } from './trash-jobs.ts';

const context = { id: 'job', attempt: 1, signal: new AbortController().signal };

async function start() {
  const fixture = await fixtureWithRoles();
  const { db } = fixture;
  await fixture.do('ada', { name: 'document:trash', input: { document } });
  const [trashed] = await listTrash(db, 'ada');
  const index = new SearchIndex(db, { terms: sqliteTerms, reader: databaseReader(db) });
  return { fixture, db, index, trashedAt: trashed!.trashedAt };
}

test('PO4 the sweep purges what has been in the trash for 30 days, as its owner', async () => {
  const { fixture, db, trashedAt } = await start();
  let refuse = true;
  const runner = {
    async run({ user, command }: { user: string; command: object }) {
      if (refuse)
        return {
          kind: 'refused',
          error: { code: 'overloaded', message: 'busy', temporary: true },
        } as const;
      return await fixture.run(user, command as never);
    },
  };
  const sweep = (at: number) =>
    runJob(trashSweep({ db, runner, clock: { now: () => at } }), 'null', context);
  await sweep(trashedAt + TRASH_MS);
  expect(await listTrash(db, 'ada')).toHaveLength(1);
  await expect(sweep(trashedAt + TRASH_MS + 1)).rejects.toThrow('busy');
  refuse = false;
  await sweep(trashedAt + TRASH_MS + 1);
  expect(await listTrash(db, 'ada')).toEqual([]);
});

test('PO4 the text of a purged document is deleted, also what is searched, once nobody has it open', async () => {
  const { fixture, db, index } = await start();
  await index.update([
    { document, parts: ['high water'], links: [], at: 1, epoch: 'e1', offset: 1 },
  ]);
  const deleted: string[] = [];
  let outcome: 'kept' | 'deleted' = 'kept';
  const engine = {
    delete: async (id: string) => {
      if (outcome === 'deleted') deleted.push(id);
      return outcome;
    },
  };
  const purge = () =>
    runJob(
      documentPurge({ engine, search: index, deletion: null }),
      JSON.stringify({ document }),
      context,
    );
  await fixture.do('ada', { name: 'document:purge', input: { document } });
  await expect(purge()).rejects.toThrow('still open');
  outcome = 'deleted';
  await purge();
  expect(deleted).toEqual([document]);
  expect(await db.selectFrom('search_part').selectAll().execute()).toEqual([]);
});
