/** Commands that the server could not read, as if its limit were lower than that of each input. */
import type { Call } from '@tandem/protocol';
import { expect, test } from 'vitest';
import { createMemoryStateStore } from '../channels/memory-state-store.ts';
import type { Client } from '../client.ts';
import { LiveServer } from '../testing/live-server.ts';
import { MemoryStorage } from '../testing/memory-storage.ts';
import { memoryCommandPages } from './memory-command-store.ts';

const document = 'document-number-1-of-many';
const create: Call = { name: 'document:create', input: { document, title: 'Tides' } };
const rename = (title: string): Call => ({ name: 'document:rename', input: { document, title } });
const LARGE = rename('x'.repeat(200));
const SENTENCE = expect.stringContaining('too large') as string;

class Device {
  readonly server = new LiveServer();
  readonly unloadOutbox = new MemoryStorage();
  readonly store = memoryCommandPages();
  readonly refusals: string[] = [];
  isFull = false;

  page(): Client {
    const store = this.store();
    const recover: typeof store.recover = (kept) =>
      this.isFull ? Promise.reject(new Error('the device is full')) : store.recover(kept);
    const stores = { commands: { ...store, recover }, states: createMemoryStateStore() };
    const more = { unloadOutbox: this.unloadOutbox, maxCommandBytes: 250 };
    const page = this.server.client('ada', { ...stores, durable: true }, more);
    page.commands.onRefused(({ id }, { message }) => this.refusals.push(`${id} ${message}`));
    return page;
  }

  async left(): Promise<number> {
    return (await this.store().all()).length + this.unloadOutbox.values.size;
  }
}

const commandOf = (call: Call, number: number) => ({
  ...call,
  ...{ id: `01J0000000000000000000000${number}`, at: 0 },
});

test('CM17 W6 a command that is too large is refused when it is issued, and never stored', async () => {
  const device = new Device();
  const page = device.page();
  const refusals: string[] = [];
  page.commands.onRefused((_, { code, message }) => refusals.push(code, message));
  const id = page.commands.run(LARGE);
  expect(refusals).toEqual(['bad-message', SENTENCE]);
  expect(page.commands.pending).toEqual([]);
  await device.server.connect(page);
  expect(device.server.received).not.toContain(id);
  expect(await device.left()).toBe(0);
});

test('CM17 one that is stored is put aside, and those after it are sent', async () => {
  const device = new Device();
  const stored = [commandOf(create, 1), commandOf(LARGE, 2), commandOf(rename('Log'), 3)];
  for (const command of stored) await device.store().keep({ command, user: 'ada' });
  const page = device.page();
  await device.server.connect(page);
  await device.server.settle();
  expect(device.server.received).toEqual([stored[0]!.id, stored[2]!.id]);
  expect(device.refusals).toEqual([expect.stringContaining('too large')]);
  expect(page.commands.pending).toEqual([]);
  expect(await device.left()).toBe(0);
});

test('CM17 CM11 another person’s stays for its author', async () => {
  const device = new Device();
  await device.store().keep({ command: commandOf(LARGE, 1), user: 'ben' });
  await device.server.connect(device.page());
  await device.server.settle(60_000);
  expect([device.refusals, await device.left()]).toEqual([[], 1]);
});

test.each([false, true])(
  'CM17 CM16 so is one of the unload outbox; the device is full: %s',
  async (isFull) => {
    const device = new Device();
    const command = commandOf(LARGE, 1);
    device.unloadOutbox.put('commands.left', JSON.stringify([{ command, user: 'ada' }]));
    device.isFull = isFull;
    const page = device.page();
    await device.server.connect(page);
    await page.commands.recover();
    await device.server.settle();
    expect(device.server.received).toEqual([]);
    expect(device.refusals).toEqual([expect.stringContaining(command.id)]);
    expect(page.commands.pending).toEqual([]);
    expect(await device.left()).toBe(0);
  },
);

test('CM17 CM9 so is one of another page that was closed', async () => {
  const device = new Device();
  const page = device.page();
  await device.server.connect(page);
  const at = device.server.environment.clock.now();
  await device.store().keep({ command: { ...commandOf(LARGE, 1), at }, user: 'ada' });
  await device.server.settle(60_000);
  expect(device.server.received).toEqual([]);
  expect(device.refusals).toHaveLength(1);
  expect(await device.left()).toBe(0);
});
