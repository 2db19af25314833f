/** A device whose storage hangs: the page works, and its status is truthful. */
import { expect, test } from 'vitest';
import { watchStore } from '../store/browser-stores.ts';
import { createMemoryStore } from '../store/memory-store.ts';
import { StorageHealth } from '../store/storage-health.ts';
import type { Store } from '../store/store.ts';
import { FakeServer } from '../testing/fake-server.ts';
import { deferred } from '../testing/deferred.ts';

const never = () => new Promise<never>(() => undefined);

function serverOver(methods: Partial<Store>) {
  const store = { ...createMemoryStore(), ...methods };
  return new FakeServer({
    watch: (clock) => {
      const health = new StorageHealth(clock);
      return { health, store: watchStore(store, health) };
    },
  });
}

test('a copy that cannot be read is done without after three seconds', async () => {
  const server = serverOver({ load: never });
  server.write('from the server');
  server.offset = 1;
  const session = server.client.openDocument('d');
  await server.connect();
  await server.settle(2_999);
  expect(server.socket.sentOf('open')).toEqual([]);
  await server.settle(1);
  await server.answerOpen();
  expect(session.doc.getText('t').toJSON()).toBe('from the server');
  expect(session.status).toEqual({ kind: 'saved', at: null, kept: false });
  expect(server.client.durable).toBe(false);
});

test('the next document does not wait for what is overdue', async () => {
  const server = serverOver({ load: never });
  server.client.openDocument('a');
  await server.connect();
  await server.settle(3_000);
  server.client.openDocument('b');
  await server.settle();
  expect(server.socket.sentOf('open').map(({ document }) => document)).toEqual(['a', 'b']);
});

test('unconfirmed work is listed as far as the storage answers', async () => {
  const server = serverOver({ outbox: never, listRejectedUpdates: never, facts: never });
  const session = server.client.openDocument('d');
  await server.connect();
  await server.answerOpen();
  session.doc.getText('t').insert(0, 'tide');
  await server.settle(16);
  const telling = server.client.unconfirmed();
  await server.settle(3_000);
  expect(await telling).toMatchObject([{ kind: 'waiting', document: 'd', count: 1 }]);
});

test('writing that hangs is not called kept, and is as soon as it is answered', async () => {
  const writing = deferred<number>();
  const server = serverOver({ enqueue: () => writing.answer });
  const session = server.client.openDocument('d');
  await server.connect();
  await server.answerOpen();
  let changes = 0;
  session.onChange(() => changes++);
  server.socket.drop(1006);
  session.doc.getText('t').insert(0, 'tide');
  await server.settle(3_100);
  expect(session.status).toMatchObject({ kind: 'offline', pending: 1, kept: false });
  const before = changes;
  writing.resolve(1);
  await server.settle();
  expect(session.status).toMatchObject({ kind: 'offline', pending: 1, kept: true });
  expect(changes).toBeGreaterThan(before);
});

test('refused work that the device does not take is shown by the page', async () => {
  const server = serverOver({ rejectedUpdates: never });
  const session = server.client.openDocument('d');
  await server.connect();
  await server.answerOpen();
  session.doc.getText('t').insert(0, 'tide');
  await server.settle(16);
  await server.refuse('invalid-update');
  await server.settle(3_000);
  expect(await server.client.unconfirmed()).toMatchObject([
    { kind: 'rejected', document: 'd', kept: false },
  ]);
});
