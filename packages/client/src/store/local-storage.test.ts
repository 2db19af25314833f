import { expect, test } from 'vitest';
import { localStorageAdapter } from './local-storage.ts';

function storageOf(items: Map<string, string>, limit = Infinity): Storage {
  return {
    get length() {
      return items.size;
    },
    clear: () => items.clear(),
    key: (index: number) => [...items.keys()][index] ?? null,
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, text: string) => {
      if (key.length + text.length > limit) throw new DOMException('full', 'QuotaExceededError');
      items.set(key, text);
    },
    removeItem: (key: string) => void items.delete(key),
  };
}

test('it finds its own among what else is there', () => {
  const items = new Map([['tandem.user', '{}']]);
  const storage = localStorageAdapter(() => storageOf(items));
  expect(storage?.put('a', 'one')).toBe(true);
  expect(storage?.put('b', 'two')).toBe(true);
  const all = localStorageAdapter(() => storageOf(items))?.all();
  expect(all).toEqual(new Map(Object.entries({ a: 'one', b: 'two' })));
  storage?.remove('a');
  expect(storage?.all()).toEqual(new Map([['b', 'two']]));
  storage?.remove('b');
  expect([...items.keys()]).toEqual(['tandem.user']);
});

test('put returns false without room', () => {
  const storage = localStorageAdapter(() => storageOf(new Map(), 40));
  expect(storage?.put('a', 'x'.repeat(40))).toBe(false);
});

test('where the browser has none, or keeps nothing, there is no place', () => {
  const forbidden = () => {
    throw new DOMException('insecure', 'SecurityError');
  };
  expect(localStorageAdapter(forbidden)).toBe(null);
  expect(localStorageAdapter(() => storageOf(new Map(), 3))).toBe(null);
});
