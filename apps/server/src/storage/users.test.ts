import { expect, test } from 'vitest';
import { temporaryDatabase } from './testing/temporary-database.ts';
import { createUser, findUser, updateProfile } from './users.ts';

test('a user is found under their id', async () => {
  const db = await temporaryDatabase();
  const ada = await createUser(db, { id: 'u1', name: 'Ada', color: 3, at: 5 });
  expect(ada).toMatchObject({ id: 'u1', name: 'Ada', color: 3, created_at: 5 });
  expect(await findUser(db, 'u1')).toEqual(ada);
  expect(await findUser(db, 'u2')).toBeUndefined();
});

test('a profile changes only the given fields', async () => {
  const db = await temporaryDatabase();
  await createUser(db, { id: 'u1', name: 'Ada', color: 3, at: 5 });
  expect(await updateProfile(db, 'u1', { name: 'Countess' })).toMatchObject({
    name: 'Countess',
    color: 3,
  });
  expect(await updateProfile(db, 'u1', { color: 0 })).toMatchObject({ name: 'Countess', color: 0 });
  expect(await updateProfile(db, 'u1', {})).toMatchObject({ name: 'Countess', color: 0 });
  expect(await updateProfile(db, 'u2', { name: 'Nobody' })).toBeUndefined();
});

test('names are stored exactly', async () => {
  const db = await temporaryDatabase();
  const name = `Zoë "'; DROP TABLE user; -- 王 🦉`;
  await createUser(db, { id: 'u1', name, color: 0, at: 0 });
  expect((await findUser(db, 'u1'))?.name).toBe(name);
});
