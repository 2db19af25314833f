import { SeededRandom } from '@tandem/testkit';
import { expect, test } from 'vitest';
import { MemoryStorage } from '../testing/memory-storage.ts';
import { OUTBOX_ENTRY_FORMAT } from './outbox-entry-format.ts';
import { UnloadOutbox } from './unload-outbox.ts';
import { createMemoryStore } from './memory-store.ts';

const entry = (value: number, size = 1) => ({
  document: 'd',
  epoch: value % 2 === 0 ? null : 'one',
  update: new Uint8Array(size).fill(value),
  at: value,
});

function device() {
  const storage = new MemoryStorage();
  const random = new SeededRandom(5);
  return {
    storage,
    store: createMemoryStore(),
    page: () => new UnloadOutbox(storage, { random, format: OUTBOX_ENTRY_FORMAT }),
  };
}

const valuesIn = async ({ store }: ReturnType<typeof device>) =>
  (await store.outbox()).map(({ update }) => update[0]);

test('the next page has the last entries of a page in its outbox, unchanged', async () => {
  const { storage, store, page } = device();
  page().write([entry(1), entry(2, 20_000), entry(255)]);
  await page().recover((entries) => store.recover(entries));
  const outbox = (await store.outbox()).map(({ id: _, ...rest }) => rest);
  expect(outbox).toEqual([entry(1), entry(2, 20_000), entry(255)]);
  expect(storage.values.size).toBe(0);
});

test('a write replaces the earlier entries of the same page, and none of other pages', async () => {
  const here = device();
  const [one, other] = [here.page(), here.page()];
  other.write([entry(9)]);
  one.write([entry(1)]);
  one.write([entry(2)]);
  expect(here.storage.values.size).toBe(2);
  one.write([]);
  expect([one.hasEntries, other.hasEntries]).toEqual([false, true]);
  await here.page().recover((entries) => here.store.recover(entries));
  expect(await valuesIn(here)).toEqual([9]);
});

test('a page does not recover its own entries', async () => {
  const here = device();
  const page = here.page();
  page.write([entry(1)]);
  await page.recover((entries) => here.store.recover(entries));
  expect(await valuesIn(here)).toEqual([]);
  expect(here.storage.values.size).toBe(1);
});

test('entries stay until the store has them', async () => {
  const here = device();
  here.page().write([entry(1)]);
  const full = () => Promise.reject(new Error('quota'));
  await expect(here.page().recover(full)).rejects.toThrow('quota');
  expect(here.storage.values.size).toBe(1);
  await Promise.all([
    here.page().recover((entries) => here.store.recover(entries)),
    here.page().recover((entries) => here.store.recover(entries)),
  ]);
  expect(await valuesIn(here)).toEqual([1]);
  expect(here.storage.values.size).toBe(0);
});

test('entries that are written during a recovery are not lost', async () => {
  const here = device();
  const page = here.page();
  page.write([entry(1)]);
  const taking = here.page().recover((entries) => here.store.recover(entries));
  page.write([entry(1), entry(3)]);
  await taking;
  await here.page().recover((entries) => here.store.recover(entries));
  expect(await valuesIn(here)).toEqual([1, 3]);
});

test('without room hasRoom is false, and the oldest entries are written first', async () => {
  const here = device();
  const page = here.page();
  page.write([entry(1, 400_000), entry(2, 400_000)]);
  expect(page.hasRoom).toBe(false);
  page.write([entry(1, 400_000)]);
  expect(page.hasRoom).toBe(true);
  here.storage.hasRoom = false;
  page.write([entry(3)]);
  expect(page.hasRoom).toBe(false);
  await here.page().recover((entries) => here.store.recover(entries));
  expect(await valuesIn(here)).toEqual([1]);
  const random = new SeededRandom(1);
  expect(new UnloadOutbox(null, { random, format: OUTBOX_ENTRY_FORMAT }).hasRoom).toBe(false);
});

test('what is not readable stays where it is', async () => {
  const here = device();
  here.storage.put('updates.broken', '[{');
  here.storage.put('updates.strange', '[{"update":7}]');
  here.page().write([entry(1)]);
  await here.page().recover((entries) => here.store.recover(entries));
  expect(await valuesIn(here)).toEqual([1]);
  expect([...here.storage.values.keys()]).toEqual(['updates.broken', 'updates.strange']);
});
