/** What every object store does. */
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import type { NewObject, ObjectStore } from './object-store.ts';

const never = new AbortController().signal;
const newKey = (): string => randomBytes(16).toString('hex');

export function objectStoreContract(open: () => Promise<ObjectStore>): void {
  const write = async (
    store: ObjectStore,
    bytes: Uint8Array,
    rest: Partial<NewObject> = {},
  ): Promise<string> => {
    const key = newKey();
    const body = Readable.from([bytes], { objectMode: false });
    await store.write({ key, size: bytes.byteLength, body, signal: never, ...rest });
    return key;
  };
  const read = async (store: ObjectStore, key: string): Promise<Buffer | null> => {
    const stream = await store.read(key);
    return stream === null ? null : await buffer(stream);
  };

  test.each([0, 1, 65_537, 3_000_000])('reads the %i bytes that were written', async (size) => {
    const store = await open();
    const bytes = randomBytes(size);
    // Vitest's own comparison of so many bytes takes seconds.
    expect((await read(store, await write(store, bytes)))?.equals(bytes)).toBe(true);
  });

  test('reads a part', async () => {
    const store = await open();
    const key = await write(store, Buffer.from('0123456789'));
    for (const [start, end, part] of [
      [0, 0, '0'],
      [3, 5, '345'],
      [9, 9, '9'],
    ] as const) {
      const stream = await store.read(key, { start, end });
      expect((await buffer(stream!)).toString()).toBe(part);
    }
  });

  test('an object that does not exist is read as nothing, and deleted without a failure', async () => {
    const store = await open();
    expect(await store.read(newKey())).toBeNull();
    expect(await store.has(newKey())).toBe(false);
    await store.delete(newKey());
  });

  test('a deleted object is gone', async () => {
    const store = await open();
    const key = await write(store, Buffer.from('text'));
    expect(await store.has(key)).toBe(true);
    await store.delete(key);
    expect(await store.read(key)).toBeNull();
    expect(await store.has(key)).toBe(false);
  });

  test('a body that fails leaves nothing', async () => {
    const store = await open();
    const key = newKey();
    const body = Readable.from(
      (async function* () {
        yield randomBytes(100_000);
        throw new Error('the sender is gone');
      })(),
      { objectMode: false },
    );
    const writing = store.write({ key, size: 200_000, body, signal: never });
    await expect(writing).rejects.toThrow('the sender is gone');
    expect(await store.read(key)).toBeNull();
  });

  test.each([1, -1])(
    'a body that is %i bytes longer than its size leaves nothing',
    async (more) => {
      const store = await open();
      const key = newKey();
      const size = 100_000;
      await expect(write(store, randomBytes(size + more), { key, size })).rejects.toThrow();
      expect(await store.read(key)).toBeNull();
    },
  );

  test('an aborted body leaves nothing', async () => {
    const store = await open();
    const controller = new AbortController();
    const key = newKey();
    const body = new Readable({ read() {} });
    body.push(randomBytes(100_000));
    const writing = store.write({ key, size: 200_000, body, signal: controller.signal });
    setImmediate(() => controller.abort(new Error('access has ended')));
    await expect(writing).rejects.toThrow('access has ended');
    expect(await store.read(key)).toBeNull();
  });

  test.each(['', '..', '../../etc/passwd', 'A'.repeat(32), `${'a'.repeat(31)}/`])(
    'the key "%s" is refused',
    async (key) => {
      const store = await open();
      await expect(store.read(key)).rejects.toThrow('not the key of an object');
      await expect(store.has(key)).rejects.toThrow('not the key of an object');
      await expect(store.delete(key)).rejects.toThrow('not the key of an object');
    },
  );
}
