/** What the rows of files do, on every database. */
import { expect, test } from 'vitest';
import { discardFilesOf, discardUpload, forgetFile, listDiscarded } from './discarded-files.ts';
import {
  countFiles,
  deleteFile,
  findFile,
  listFiles,
  pledgedBytes,
  reserveFile,
  storeFile,
  wasDeleted,
  type FileQuotas,
  type NewFile,
} from './files.ts';
import { mergeGuest } from './guest-merge.ts';
import type { Database } from './tables.ts';
import { createUser } from './users.ts';
import { UNLIMITED } from './testing/file-quotas.ts';

const CONTENT = { hash: 'hash', type: 'image/png', width: 1, height: 1 } as const;

export function testFiles(open: () => Promise<Database>): void {
  const start = async () => {
    const db = await open();
    let number = 0;
    const reserve = async (
      file: Partial<NewFile> = {},
      quotas: Partial<FileQuotas> = {},
    ): Promise<string> => {
      const key = `key ${String(++number).padStart(3, '0')}`;
      const defaults = { document: 'plan', id: key, name: 'x', size: 100, user: 'ada', at: 5 };
      const answer = await reserveFile(
        db,
        { ...defaults, key, ...file },
        { ...UNLIMITED, ...quotas },
      );
      return answer === 'reserved' ? key : answer;
    };
    const store = async (key: string, lost: string | null = null, id = key) =>
      await storeFile(db, { key, document: 'plan', id, lost }, CONTENT);
    return { db, reserve, store };
  };

  test('FI5 files are counted in number and in blocks, those of a document and those of a person', async () => {
    const { reserve, store } = await start();
    const [one, other] = [await reserve(), await reserve({ document: 'notes' })];
    await store(one);
    expect(await reserve({}, { filesPerDocument: 1 })).toBe('document-full');
    expect(await reserve({ user: 'bob' }, { filesPerDocument: 1 })).toBe('document-full');
    expect(await reserve({ document: 'notes' }, { filesPerDocument: 1 })).toBe('pending');
    expect(await reserve({ document: 'third' }, { filesPerUser: 1 })).toBe('user-full');
    expect(await reserve({ document: 'third' }, { filesPerUser: 2 })).toBe('pending');
    const blocks = { blockBytes: 4_096, bytesPerDocument: 8_191 };
    expect(await reserve({ size: 0 }, blocks)).toBe('document-full');
    expect(await reserve({ size: 0 }, { ...blocks, bytesPerDocument: 8_192 })).toMatch(/^key/);
    expect(await reserve({ document: 'notes', id: other }, { filesPerDocument: 1 })).toMatch(
      /^key/,
    );
  });

  test('FI5 what is being uploaded is known in the cluster, until it is stored or too old', async () => {
    const { db, reserve, store } = await start();
    const key = await reserve({ size: 100 });
    await reserve({ size: 10, at: 2, user: 'bob' });
    await reserve({ size: 1, document: 'notes' });
    expect(await pledgedBytes(db, 2)).toBe(111);
    expect(await pledgedBytes(db, 3)).toBe(101);
    await store(key);
    expect(await pledgedBytes(db, 3)).toBe(1);
    await discardFilesOf(db, 'notes');
    expect(await pledgedBytes(db, 3)).toBe(0);
  });

  test('FS3 a stored file is not discarded as an upload; bytes without a row are to be deleted', async () => {
    const { db, reserve, store } = await start();
    const [stored, uploading] = [await reserve(), await reserve()];
    await store(stored);
    expect(await discardUpload(db, stored)).toBe(false);
    expect(await discardUpload(db, uploading)).toBe(true);
    expect(await discardUpload(db, uploading)).toBe(true);
    await forgetFile(db, stored);
    expect(await discardUpload(db, stored)).toBe(false);
    await forgetFile(db, uploading);
    expect(await discardUpload(db, uploading)).toBe(true);
    expect(await store(uploading)).toBeNull();
  });

  test('FS3 discarded files are listed; what may still arrive is not before its time is over', async () => {
    const { db, reserve, store } = await start();
    const list = (rest: {
      uploadsBefore?: number;
      document?: string;
      limit?: number;
      after?: string;
    }) => listDiscarded(db, { document: null, uploadsBefore: 0, after: '', limit: 9, ...rest });
    const stored = await reserve();
    const arriving = await reserve();
    const elsewhere = await reserve({ document: 'notes' });
    await store(stored);
    await discardFilesOf(db, 'plan');
    expect(await list({})).toEqual([stored]);
    expect(await list({ uploadsBefore: 6 })).toEqual([stored, arriving, elsewhere]);
    expect(await list({ uploadsBefore: 6, document: 'notes' })).toEqual([elsewhere]);
    expect(await list({ uploadsBefore: 6, limit: 1, after: stored })).toEqual([arriving]);
  });

  test('FI11 files are listed and counted, those of a person or all, the newest first', async () => {
    const { db, reserve, store } = await start();
    for (const user of ['ada', 'bob', 'ada']) await store(await reserve({ user }));
    await reserve();
    const ids = async (by: string | null, before: string | null = null, limit = 9) =>
      (await listFiles(db, { document: 'plan', by }, { before, limit })).map(({ id }) => id);
    expect(await ids(null)).toEqual(['key 003', 'key 002', 'key 001']);
    expect(await ids(null, null, 2)).toEqual(['key 003', 'key 002']);
    expect(await ids(null, 'key 002')).toEqual(['key 001']);
    expect(await ids('bob')).toEqual(['key 002']);
    expect(await countFiles(db, { document: 'plan', by: null })).toEqual({ count: 3, bytes: 300 });
    expect(await countFiles(db, { document: 'plan', by: 'ada' })).toEqual({ count: 2, bytes: 200 });
    expect(await countFiles(db, { document: 'notes', by: null })).toEqual({ count: 0, bytes: 0 });
  });

  test('FI11 an upload does not bring back a file that was deleted meanwhile', async () => {
    const { db, reserve, store } = await start();
    const [first, second] = [await reserve({ id: 'one' }), await reserve({ id: 'one' })];
    const file = await store(first, null, 'one');
    await deleteFile(db, { file: file!, tombstoneKey: 'grave', at: 1, maxTombstones: 3 });
    expect(await store(second, null, 'one')).toBeNull();
    expect(await findFile(db, { document: 'plan', id: 'one' })).toBeNull();
  });

  test('FI11 of a deleted file it is remembered that it was, until many others were, or its document is gone', async () => {
    const { db, reserve, store } = await start();
    const keys: string[] = [];
    for (let i = 0; i < 4; i++) {
      keys.push(await reserve());
      const file = await store(keys[i]!);
      await deleteFile(db, { file: file!, tombstoneKey: `grave ${i}`, at: i, maxTombstones: 3 });
    }
    const remembered = () =>
      Promise.all(keys.map((id) => wasDeleted(db, { document: 'plan', id })));
    expect(await remembered()).toEqual([false, true, true, true]);
    expect(await findFile(db, { document: 'plan', id: keys[3]! })).toBeNull();
    const rest = { document: null, uploadsBefore: 1_000, after: '', limit: 9 };
    expect(await listDiscarded(db, rest)).toEqual(keys);
    expect(await reserve({}, { filesPerDocument: 1 })).toMatch(/^key/);
    await discardFilesOf(db, 'plan');
    expect(await remembered()).toEqual([false, false, false, false]);
    expect((await listDiscarded(db, rest)).slice(0, 3)).toEqual(['grave 1', 'grave 2', 'grave 3']);
  });

  test('AC10 the files of a guest become those of the account, also in documents that are on no list', async () => {
    const { db, reserve, store } = await start();
    for (const id of ['ada', 'eve']) await createUser(db, { id, name: id, color: 1, at: 0 });
    await store(await reserve());
    const account = await db
      .selectFrom('user')
      .selectAll()
      .where('id', '=', 'eve')
      .executeTakeFirstOrThrow();
    await mergeGuest(db, { guest: 'ada', account });
    expect(await countFiles(db, { document: 'plan', by: 'eve' })).toEqual({ count: 1, bytes: 100 });
    expect(await countFiles(db, { document: 'plan', by: 'ada' })).toEqual({ count: 0, bytes: 0 });
  });

  test('FS5 a file takes the place of one whose bytes were lost, if it is the same', async () => {
    const { reserve, store } = await start();
    const id = 'file';
    const first = await reserve({ id });
    await store(first, null, id);
    const again = await reserve({ id });
    expect(await store(again, null, id)).toMatchObject({ key: first });
    expect(await store(again, 'another', id)).toMatchObject({ key: first });
    expect(await store(again, first, id)).toMatchObject({ key: again, state: 'stored' });
  });
}
