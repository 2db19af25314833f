import { ManualClock } from '@tandem/testkit';
import { expect, test } from 'vitest';
import { createMemoryStore } from '../store/memory-store.ts';
import { DeviceCopies } from './device-copies.ts';

async function deviceWith(documents: readonly string[], open: readonly string[] = []) {
  const store = createMemoryStore();
  const clock = new ManualClock();
  const copies = new DeviceCopies({
    store,
    clock,
    isOpen: (document) => open.includes(document),
    maxCopies: 2,
  });
  for (const document of documents) {
    await store.advance(document, {
      updates: [Uint8Array.of(1)],
      confirmed: [],
      since: null,
      position: { epoch: 'one', timeline: 't', offset: 1 },
      facts: null,
    });
    clock.advance(1_000);
    await copies.use(document);
  }
  return { store, copies };
}

test('the copies that were not used for longest are deleted, however old they are', async () => {
  const { copies } = await deviceWith(['a', 'b', 'c', 'a']);
  await copies.evict();
  expect([...(await copies.list())].toSorted()).toEqual(['a', 'c']);
});

test('a copy with unconfirmed work stays, and so does one that is open', async () => {
  const { store, copies } = await deviceWith(['a', 'b', 'c', 'd', 'e'], ['b']);
  await store.enqueue({ document: 'a', epoch: 'one', update: Uint8Array.of(2), at: 1 });
  await copies.evict();
  expect([...(await copies.list())].toSorted()).toEqual(['a', 'b', 'd', 'e']);
  expect((await store.load('a')).updates).toHaveLength(1);
});

test('copies from before a restore are found', async () => {
  const { copies } = await deviceWith(['a']);
  expect(await copies.fromBefore('t')).toEqual([]);
  expect(await copies.fromBefore('t2')).toMatchObject([{ document: 'a', timeline: 't' }]);
  await copies.remove('a');
  expect(await copies.fromBefore('t2')).toEqual([]);
});

test('a document with nothing but unconfirmed work is on the device', async () => {
  const { store, copies } = await deviceWith([]);
  await store.enqueue({ document: 'new', epoch: null, update: Uint8Array.of(2), at: 1 });
  expect([...(await copies.list())]).toEqual(['new']);
});
