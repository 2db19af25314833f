/** Commands that the store of the device has not confirmed when the page goes away. */
import type { Call } from '@tandem/protocol';
import { expect, test } from 'vitest';
import { createMemoryStateStore } from '../channels/memory-state-store.ts';
import type { Client } from '../client.ts';
import { LiveServer } from '../testing/live-server.ts';
import { MemoryStorage } from '../testing/memory-storage.ts';
import type { CommandStore } from './command-store.ts';
import { memoryCommandPages } from './memory-command-store.ts';

const create = (number: number): Call => ({
  name: 'document:create',
  input: { document: `document-number-${number}-of-many`, title: `Page ${number}` },
});
const rename = (title: string): Call => ({
  name: 'document:rename',
  input: { document: 'document-number-1-of-many', title },
});
const pending = (client: Client) => client.commands.pending.map(({ id }) => id);

function hide({ environment }: LiveServer, event: 'leaving' | 'hidden'): void {
  environment.isVisible = false;
  environment.emit(event);
}

class Device {
  readonly server = new LiveServer();
  readonly unloadOutbox = new MemoryStorage();
  readonly #openStore = memoryCommandPages();
  #writes: (() => void)[] = [];
  isStoring = true;
  isFull = false;

  page(user = 'ada'): Client {
    const store = this.#openStore();
    const keep: CommandStore['keep'] = (kept) =>
      this.isStoring
        ? store.keep(kept)
        : new Promise((resolve) => this.#writes.push(() => resolve(store.keep(kept))));
    const recover: CommandStore['recover'] = (kept) =>
      this.isFull ? Promise.reject(new Error('the device is full')) : store.recover(kept);
    const stores = { commands: { ...store, keep, recover }, states: createMemoryStateStore() };
    const { unloadOutbox } = this;
    return this.server.client(user, { ...stores, durable: true }, { unloadOutbox });
  }

  async closed(page: Client): Promise<void> {
    this.#writes = [];
    await page.close();
  }

  commit(): void {
    for (const go of this.#writes.splice(0)) go();
  }

  async left(): Promise<number> {
    return (await this.#openStore().all()).length;
  }
}

/** A page that has created a document, and is offline with a store that does not answer. */
async function offline() {
  const device = new Device();
  const page = device.page();
  await device.server.connect(page);
  page.commands.run(create(1));
  await device.server.settle();
  device.server.cut();
  device.isStoring = false;
  return { device, page };
}

test.each(['leaving', 'hidden'] as const)(
  'CM16 what was issued just before "%s" is shown by the next page, and sent once',
  async (event) => {
    const { device, page } = await offline();
    const { server } = device;
    const ids = [page.commands.run(create(2)), page.commands.run(rename('Named at last'))];
    hide(server, event);
    await device.closed(page);
    const next = device.page();
    const library = next.subscribe('library');
    await next.commands.loaded;
    expect(pending(next)).toEqual(ids);
    expect(next.commands.pending.every(({ kept }) => kept)).toBe(true);
    expect(device.unloadOutbox.values.size).toBe(0);
    next.start();
    await server.reconnect(next);
    const titles = library.state?.documents.map(({ title }) => title);
    expect(titles?.toSorted()).toEqual(['Named at last', 'Page 2']);
    expect(server.effects.filter((id) => ids.includes(id))).toEqual(ids);
    expect(await device.left()).toBe(0);
  },
);

test('CM16 so is what a field issues once the page is already going away', async () => {
  const { device, page } = await offline();
  device.server.environment.emit('leaving');
  const id = page.commands.run(rename('Last'));
  await device.closed(page);
  const next = device.page();
  await next.commands.loaded;
  expect(pending(next)).toEqual([id]);
});

test('CM16 a page that stays removes its entries once the commands are stored or answered', async () => {
  const { device, page } = await offline();
  page.commands.run(rename('Stored'));
  hide(device.server, 'hidden');
  expect(device.unloadOutbox.values.size).toBe(1);
  device.commit();
  await device.server.settle();
  expect(device.unloadOutbox.values.size).toBe(0);

  page.commands.run(rename('Answered'));
  expect(device.unloadOutbox.values.size).toBe(1);
  await device.server.reconnect(page);
  expect(device.unloadOutbox.values.size).toBe(0);
  // And issued in front of the person again, a command is only stored.
  device.server.environment.isVisible = true;
  device.server.environment.emit('wake');
  page.commands.run(rename('Shown'));
  expect(device.unloadOutbox.values.size).toBe(0);
});

test('CM16 CM9 a page that is open shows what a closed one left, and sends it after the grace period', async () => {
  const { device, page } = await offline();
  const other = device.page();
  await other.commands.loaded;
  const id = page.commands.run(rename('Left'));
  device.server.environment.emit('leaving');
  await device.closed(page);
  expect(pending(other)).toEqual([]);
  await other.unconfirmed();
  expect(pending(other)).toEqual([id]);
  other.start();
  await device.server.reconnect(other);
  await device.server.settle(20_000);
  expect(device.server.effects).toContain(id);
});

test('CM16 CM11 what another user has left stays for its author', async () => {
  const { device, page } = await offline();
  const id = page.commands.run(rename('Of Ada'));
  device.server.environment.emit('leaving');
  await device.closed(page);
  const ben = device.page('ben');
  ben.start();
  await device.server.reconnect(ben);
  expect(pending(ben)).toEqual([]);
  expect(await device.left()).toBe(1);
  await ben.close();
  const ada = device.page();
  ada.start();
  await device.server.reconnect(ada);
  expect(device.server.effects).toContain(id);
});

test('CM16 CM7 what a closed page left does not come after what an open one issued later', async () => {
  const { device, page } = await offline();
  const other = device.page();
  const library = other.subscribe('library');
  await other.commands.loaded;
  const older = page.commands.run(rename('Older'));
  device.server.environment.emit('leaving');
  await device.closed(page);
  device.server.environment.isVisible = true;
  device.server.environment.emit('wake');
  device.isStoring = true;
  await device.server.settle(20_000);
  other.commands.run(rename('Newer'));
  other.start();
  await device.server.reconnect(other);
  await device.server.settle(60_000);
  expect(library.state?.documents).toMatchObject([{ title: 'Newer' }]);
  expect(device.server.effects).not.toContain(older);
  expect([await device.left(), device.unloadOutbox.values.size]).toEqual([0, 0]);
});

test('CM16 a device without room for it sends what a closed page left, and no later page does so again', async () => {
  const { device, page } = await offline();
  const id = page.commands.run(rename('Left'));
  device.server.environment.emit('leaving');
  await device.closed(page);
  device.isFull = true;
  const next = device.page();
  next.start();
  await device.server.settle();
  expect(device.unloadOutbox.values.size).toBe(1);
  await device.server.reconnect(next);
  expect(device.server.effects).toContain(id);
  expect([pending(next), device.unloadOutbox.values.size]).toEqual([[], 0]);
  device.isFull = false;
  const later = device.page();
  await later.commands.loaded;
  expect(pending(later)).toEqual([]);
});

test('CM16 a device without room leaves what is another user’s', async () => {
  const { device, page } = await offline();
  page.commands.run(rename('Of Ada'));
  device.server.environment.emit('leaving');
  await device.closed(page);
  device.isFull = true;
  const ben = device.page('ben');
  ben.start();
  await device.server.reconnect(ben);
  expect([pending(ben), device.unloadOutbox.values.size]).toEqual([[], 1]);
});

test('CM16 a page that was closed writes nothing more', async () => {
  const { device, page } = await offline();
  page.commands.run(rename('Before'));
  await page.close();
  device.server.environment.emit('leaving');
  device.server.environment.isVisible = false;
  page.commands.run(rename('After'));
  expect(device.unloadOutbox.values.size).toBe(0);
});

test('CM16 a device without room for anything sends what is left once, and forgets it then', async () => {
  const { device, page } = await offline();
  const id = page.commands.run(rename('Left'));
  device.server.environment.emit('leaving');
  await device.closed(page);
  device.isFull = true;
  device.unloadOutbox.hasRoom = false;
  const next = device.page();
  const refused: string[] = [];
  next.commands.onRefused((command) => refused.push(command.id));
  next.start();
  await device.server.reconnect(next);
  expect(device.server.effects).toContain(id);
  for (let sweeps = 0; sweeps < 3; sweeps++) await next.unconfirmed();
  expect(device.server.received.filter((received) => received === id)).toHaveLength(1);
  expect([pending(next), device.unloadOutbox.values.size, refused]).toEqual([[], 0, []]);
});

test('CM13 CM16 what is too old is put aside, also where the device has no room', async () => {
  const { device, page } = await offline();
  const id = page.commands.run(rename('Left'));
  device.server.environment.emit('leaving');
  await device.closed(page);
  device.isFull = true;
  await device.server.settle(31 * 24 * 3_600_000);
  const next = device.page();
  const refused: string[] = [];
  next.commands.onRefused((command) => refused.push(command.id));
  next.start();
  await device.server.reconnect(next);
  await next.unconfirmed();
  expect(device.server.received).not.toContain(id);
  expect([refused, device.unloadOutbox.values.size]).toEqual([[id], 0]);
});

test('CM16 CM7 what a later command replaces is in the unload outbox no longer', async () => {
  const { device, page } = await offline();
  page.commands.run(rename('Hidden'));
  hide(device.server, 'hidden');
  device.server.environment.isVisible = true;
  device.server.environment.emit('wake');
  page.commands.run(rename('Shown'));
  const [written = ''] = device.unloadOutbox.values.values();
  expect(written).toContain('Shown');
  expect(written).not.toContain('Hidden');
});

test('CM16 CM7 what another page left is not shown over a later title, and ends', async () => {
  const { device, page } = await offline();
  const other = device.page();
  const library = other.subscribe('library');
  await other.commands.loaded;
  device.isStoring = true;
  page.commands.run(rename('Older'));
  await device.server.settle();
  expect(pending(other)).toHaveLength(1);
  const newer = other.commands.run(rename('Newer'));
  await device.server.settle();
  expect(pending(other)).toEqual([newer]);
  expect(await device.left()).toBe(1);
  other.start();
  await device.server.reconnect(other);
  expect(library.state?.documents).toMatchObject([{ title: 'Newer' }]);
});
