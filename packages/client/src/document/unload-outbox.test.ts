/**
 * How a page that may go away saves work that the store has not confirmed, and which work counts as
 * kept.
 */
import { errorOf } from '@tandem/protocol';
import { expect, test } from 'vitest';
import { createMemoryStore } from '../store/memory-store.ts';
import type { Store } from '../store/store.ts';
import { FakeServer } from '../testing/fake-server.ts';
import { MemoryStorage } from '../testing/memory-storage.ts';
import type { DocumentSession } from './document-session.ts';
import { KEPT_WITHIN_MS } from './unpersisted-work.ts';

const text = (session: DocumentSession) => session.doc.getText('t');

class Device {
  readonly disk = createMemoryStore();
  readonly unloadOutbox = new MemoryStorage();
  #waiting: (() => void)[] = [];

  open(): FakeServer {
    const { disk } = this;
    const enqueue: Store['enqueue'] = (entry) =>
      new Promise((resolve) => this.#waiting.push(() => resolve(disk.enqueue(entry))));
    return new FakeServer({ store: { ...disk, enqueue }, unloadOutbox: this.unloadOutbox });
  }

  commit(): void {
    for (const go of this.#waiting.splice(0)) go();
  }

  drop(): void {
    this.#waiting = [];
  }
}

async function shownAfter(device: Device): Promise<{ shown: string; pending: number }> {
  const session = device.open().client.openDocument('d');
  await session.loaded;
  return { shown: text(session).toJSON(), pending: session.pending };
}

async function opened(device: Device) {
  const server = device.open();
  const session = server.client.openDocument('d');
  await session.loaded;
  return { server, session };
}

test.each(['leaving', 'hidden'] as const)(
  'what was written in the frame of "%s" is there after the reload, once',
  async (event) => {
    const device = new Device();
    const { server, session } = await opened(device);
    text(session).insert(0, 'ti');
    await server.settle(16);
    text(session).insert(2, 'de');
    server.environment.emit(event);
    device.drop();
    expect(await shownAfter(device)).toEqual({ shown: 'tide', pending: 2 });
    expect(device.unloadOutbox.values.size).toBe(0);
    expect(await device.disk.outbox()).toHaveLength(2);
  },
);

test('what the store has kept after all is not there twice', async () => {
  const device = new Device();
  const { server, session } = await opened(device);
  text(session).insert(0, 'tide');
  server.environment.emit('leaving');
  device.commit();
  expect(await shownAfter(device)).toEqual({ shown: 'tide', pending: 1 });
});

test('a page that stays removes its entries once the store has them', async () => {
  const device = new Device();
  const { server, session } = await opened(device);
  text(session).insert(0, 'tide');
  server.environment.emit('hidden');
  await server.settle();
  expect(device.unloadOutbox.values.size).toBe(1);
  device.commit();
  await server.settle();
  expect(device.unloadOutbox.values.size).toBe(0);
  expect(await device.disk.outbox()).toHaveLength(1);
});

test('a page without unstored work writes nothing', async () => {
  const device = new Device();
  const { server, session } = await opened(device);
  text(session).insert(0, 'tide');
  await server.settle(16);
  device.commit();
  await server.settle();
  server.environment.emit('leaving');
  expect(device.unloadOutbox.values.size).toBe(0);
});

test('what was written before the stored copy was there is not lost either', async () => {
  const device = new Device();
  const server = device.open();
  text(server.client.openDocument('d')).insert(0, 'early');
  server.environment.emit('leaving');
  device.drop();
  expect(await shownAfter(device)).toEqual({ shown: 'early', pending: 1 });
});

test('nor what is in a document that was left a moment before', async () => {
  const device = new Device();
  const { server, session } = await opened(device);
  await server.connect();
  const { ref = 0 } = server.socket.sentOf('open')[0] ?? {};
  server.socket.answer({ type: 'closed', channel: 0, ref, error: errorOf('not-found') });
  text(session).insert(0, 'tide');
  server.client.closeDocument('d');
  expect(server.client.unsaved).toBe(false);
  server.environment.emit('leaving');
  device.drop();
  expect((await shownAfter(device)).shown).toBe('tide');
});

test('entries of a closed page count as unconfirmed work, and are delivered', async () => {
  const device = new Device();
  const { server, session } = await opened(device);
  text(session).insert(0, 'tide');
  server.environment.emit('leaving');
  device.drop();
  const next = device.open();
  expect(await next.client.unconfirmed()).toMatchObject([{ document: 'd', count: 1, kept: true }]);
  await next.connect();
  await next.settle(60_000);
  expect(next.socket.sentOf('open').at(-1)).toMatchObject({ document: 'd' });
});

test('P5: what the store has not kept for a while is not called kept, until it is', async () => {
  const device = new Device();
  const { server, session } = await opened(device);
  const reported: boolean[] = [];
  session.onChange(() => reported.push(session.isKept));
  text(session).insert(0, 'tide');
  await server.settle(16);
  expect(session.isKept).toBe(true);
  await server.settle(KEPT_WITHIN_MS - 1);
  expect(session.isKept).toBe(true);
  await server.settle(1);
  expect([session.isKept, reported.at(-1)]).toEqual([false, false]);
  expect(await server.client.unconfirmed()).toMatchObject([{ kept: false }]);
  device.commit();
  await server.settle();
  expect([session.isKept, reported.at(-1)]).toEqual([true, true]);
});

test('P5: the oldest counts, however much is written meanwhile', async () => {
  const device = new Device();
  const { server, session } = await opened(device);
  text(session).insert(0, 'a');
  await server.settle(16);
  device.drop();
  for (let at = 0; at < KEPT_WITHIN_MS; at += 100) {
    text(session).insert(0, 'b');
    await server.settle(100);
    device.commit();
  }
  expect(session.isKept).toBe(false);
});

test.each([null, Object.assign(new MemoryStorage(), { hasRoom: false })])(
  'P5: without an unload outbox, only what the store has is called kept',
  async (unloadOutbox) => {
    const device = new Device();
    const server = new FakeServer({ store: device.disk, unloadOutbox });
    const session = server.client.openDocument('d');
    await session.loaded;
    text(session).insert(0, 'tide');
    server.environment.emit('hidden');
    expect(session.isKept).toBe(false);
    await server.settle();
    expect(session.isKept).toBe(true);
  },
);

test('a store that does not outlive the page recovers no entries of other pages', async () => {
  const device = new Device();
  const { server, session } = await opened(device);
  text(session).insert(0, 'tide');
  server.environment.emit('leaving');
  device.drop();
  const { unloadOutbox } = device;
  const passing = new FakeServer({ durable: false, unloadOutbox }).client.openDocument('d');
  await passing.loaded;
  expect(unloadOutbox.values.size).toBe(1);
});
