/** Contract tests of every command store; each adapter runs them. */
import { expect, test } from 'vitest';
import type { CommandStore, KeptCommand } from './command-store.ts';

const kept = (number: number, title = 'Tide log'): KeptCommand => ({
  user: 'ada',
  command: {
    id: `01ARZ3NDEKTSV4RRFFQ69G5F${String(number).padStart(2, '0')}`,
    name: 'document:rename',
    input: { document: 'd', title },
    at: number,
  },
});

/** @param open opens another page of the device with this number; a new number is a new device */
export function commandStoreContract(open: (device: number) => Promise<CommandStore>): void {
  let device = 0;

  test('what is kept is there, in the order of keeping', async () => {
    const store = await open(++device);
    await Promise.all([store.keep(kept(3)), store.keep(kept(1)), store.keep(kept(2))]);
    expect(await store.all()).toEqual([kept(3), kept(1), kept(2)]);
    store.close();
  });

  test('keeping twice is keeping once', async () => {
    const store = await open(++device);
    await store.keep(kept(1));
    await store.keep(kept(1));
    expect(await store.all()).toEqual([kept(1)]);
    store.close();
  });

  test('commands of a closed page are there once, after what was kept before', async () => {
    const store = await open(++device);
    await store.keep(kept(2));
    await store.recover([kept(1), kept(2), kept(3)]);
    await store.recover([kept(3)]);
    expect(await store.all()).toEqual([kept(2), kept(1), kept(3)]);
    store.close();
  });

  test('a removed command is gone, also when the removal is called before the write is done', async () => {
    const store = await open(++device);
    const keeping = store.keep(kept(1));
    const removing = store.remove(kept(1).command.id);
    await store.keep(kept(2));
    await Promise.all([keeping, removing, store.remove('unknown')]);
    expect(await store.all()).toEqual([kept(2)]);
    store.close();
  });

  test('CM9 pages of a device share it, and each is notified of changes by the others', async () => {
    const [here, there] = [await open(++device), await open(device)];
    const notified = new Promise<void>((resolve) => void there.listen(resolve));
    await here.keep(kept(1));
    await notified;
    expect(await there.all()).toEqual([kept(1)]);
    const notifiedAgain = new Promise<void>((resolve) => void here.listen(resolve));
    await there.remove(kept(1).command.id);
    await notifiedAgain;
    expect(await here.all()).toEqual([]);
    here.close();
    there.close();
  });
}
