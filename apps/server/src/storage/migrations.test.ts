import { Kysely, Migrator } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { libraryKey, sharingKey } from './channel-key.ts';
import { loadState } from './channel-states.ts';
import { openDatabase } from './sqlite/database.ts';
import { SqliteExecutorDialect } from './sqlite/dialect.ts';
import { LocalExecutor } from './sqlite/executor.ts';
import { MIGRATIONS } from './migrations.ts';
import { temporaryPath } from './testing/temporary-database.ts';

/** Tables as they were then. */
type Rows = Record<string, Record<string, unknown>>;

/** A file as the version left it whose last migration this was. */
async function fileOf(lastMigration: string): Promise<{ path: string; db: Kysely<Rows> }> {
  const path = await temporaryPath();
  const db = new Kysely<Rows>({ dialect: new SqliteExecutorDialect(new LocalExecutor(path)) });
  const migrator = new Migrator({ db, provider: { getMigrations: async () => MIGRATIONS } });
  const { error } = await migrator.migrateTo(lastMigration);
  expect(error).toBeUndefined();
  return { path, db };
}

test('what people had before there were commands and channels is theirs afterwards', async () => {
  const { path, db: before } = await fileOf('0002-journal');
  const ada = { id: 'ada', name: 'Ada', color: 3, created_at: 1 };
  const bob = { id: 'bob', name: 'Bob', color: 4, created_at: 1 };
  await before.insertInto('user').values([ada, bob]).execute();
  const session = { id: 's', user: 'ada', created_at: 1, expires_at: 9 };
  await before.insertInto('session').values(session).execute();
  const document = { kind: 'page', owner: 'ada', excerpt: 'First words', created_at: 1 };
  await before
    .insertInto('document')
    .values([
      { ...document, id: 'plan', title: 'Plan', link_access: 'view', updated_at: 2 },
      { ...document, id: 'diary', title: 'Diary', link_access: 'off', updated_at: 3 },
    ])
    .execute();
  await before
    .insertInto('visit')
    .values(
      ['ada', 'bob'].flatMap((user) =>
        ['plan', 'diary'].map((id) => ({ user, document: id, opened_at: 5 })),
      ),
    )
    .execute();
  const row = { document: 'plan', offset: 1, data: new Uint8Array([0, 0]), user: 'ada', at: 1 };
  await before.insertInto('update').values(row).execute();
  await before.destroy();

  const db = await openDatabase(new LocalExecutor(path));
  onTestFinished(() => db.destroy());
  const listed = { kind: 'page', excerpt: 'First words', createdAt: 1, chatRead: 0 };
  const plan = { ...listed, id: 'plan', title: 'Plan', updatedAt: 2 };
  const diary = { ...listed, id: 'diary', title: 'Diary', updatedAt: 3, role: 'owner' };
  const epoch = expect.stringMatching(/^.{36}$/) as string;
  expect(await loadState(db, libraryKey('ada'))).toEqual({
    epoch,
    offset: 0,
    state: {
      type: 'library',
      next: null,
      user: { id: 'ada', name: 'Ada', color: 3 },
      documents: [diary, { ...plan, role: 'owner' }],
    },
  });
  expect(await loadState(db, libraryKey('bob'))).toMatchObject({
    state: { documents: [{ ...plan, role: 'viewer' }] },
  });
  expect(await loadState(db, sharingKey('plan'))).toMatchObject({
    epoch,
    offset: 0,
    state: {
      owner: 'ada',
      link: 'view',
      members: [
        { user: { id: 'ada' }, role: 'owner', isOwn: true },
        { user: { id: 'bob' }, role: 'viewer', isOwn: false },
      ],
    },
  });
  expect(await db.selectFrom('session').selectAll().execute()).toEqual([session]);
  expect(await db.selectFrom('update').selectAll().execute()).toMatchObject([
    { ...row, data: expect.objectContaining({ length: 2 }) as Uint8Array },
  ]);
});

test('channels begin with another epoch in another database', async () => {
  const epochs = new Set<string>();
  for (let i = 0; i < 2; i++) {
    const db = await openDatabase(new LocalExecutor(':memory:'));
    onTestFinished(() => db.destroy());
    const [row] = await db.selectFrom('channel').selectAll().execute();
    epochs.add(row!.epoch);
  }
  expect(epochs.size).toBe(2);
});
