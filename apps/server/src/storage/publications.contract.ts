/** The contract of what is published. Each database runs it. */
import { expect, test } from 'vitest';
import { setBlocked } from './administered-people.ts';
import { createDocument } from './documents.ts';
import {
  addPublication,
  countPublicationsOf,
  findPublished,
  findPublisher,
  readPublication,
  removePublicationsIn,
  setIndexed,
} from './publications.ts';
import type { Database } from './tables.ts';
import { createUser, registerUser } from './users.ts';

const AT = 1_800_000_000_000;
const document = 'document-of-ben';
const inside = 'document-inside-of-it';
const other = 'document-beside-it';
const idOf = (digit: string) => digit.repeat(32);

export function testPublications(open: () => Promise<Database>): void {
  /** Ada has published what Ben created, and another one that is inside it. */
  async function scene(): Promise<Database> {
    const db = await open();
    for (const id of ['ada', 'ben']) {
      await createUser(db, { id, name: `Name of ${id}`, color: 1, at: AT });
      await registerUser(db, { id, at: AT });
    }
    for (const id of [document, inside, other])
      await createDocument(db, { id, kind: 'page', title: 'Tide', owner: 'ben', at: AT });
    const around = { document: inside, ancestor: document, depth: 1, inherits: 1 };
    await db.insertInto('document_ancestor').values(around).execute();
    for (const [at, id] of [document, inside, other].entries())
      await addPublication(db, { document: id, id: idOf(String(at)), by: 'ada', at: AT });
    return db;
  }

  test('PB1 PB4 what is published is found by its id', async () => {
    const db = await scene();
    await setIndexed(db, document, true);
    expect(await findPublished(db, idOf('0'))).toEqual({
      ...{ document, id: idOf('0'), title: 'Tide', isIndexed: true, updatedAt: AT },
      publishedBy: 'ada',
    });
    expect(await readPublication(db, inside)).toEqual({ id: idOf('1'), isIndexed: false });
    expect(await findPublisher(db, idOf('1'))).toEqual({ document: inside, publishedBy: 'ada' });
    expect(await findPublisher(db, idOf('9'))).toBeNull();
    expect([await countPublicationsOf(db, 'ada'), await countPublicationsOf(db, 'ben')]).toEqual([
      3, 0,
    ]);
  });

  test.each(['ada', 'ben'])('PB6 while %s is blocked, nobody sees it', async (person) => {
    const db = await scene();
    await setBlocked(db, person, AT);
    expect(await findPublished(db, idOf('0'))).toBeNull();
    expect(await findPublisher(db, idOf('0'))).not.toBeNull();
    await setBlocked(db, person, null);
    expect(await findPublished(db, idOf('0'))).not.toBeNull();
  });

  test('PB6 nor does anybody once a person who answers for it is gone', async () => {
    const db = await scene();
    await db.deleteFrom('user').where('id', '=', 'ada').execute();
    expect(await findPublished(db, idOf('0'))).toBeNull();
  });

  test('PB6 what is inside a document goes with it, and nothing else', async () => {
    const db = await scene();
    expect((await removePublicationsIn(db, document)).toSorted()).toEqual([inside, document]);
    expect(await readPublication(db, inside)).toBeNull();
    expect(await readPublication(db, other)).not.toBeNull();
    expect(await removePublicationsIn(db, document)).toEqual([]);
  });
}
