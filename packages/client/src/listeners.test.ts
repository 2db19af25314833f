import { expect, test, vi } from 'vitest';
import { Listeners } from './listeners.ts';

test('calls each listener once, in the order of adding, until it is removed', () => {
  const listeners = new Listeners<(name: string) => void>();
  const calls: string[] = [];
  const first = (name: string) => calls.push(`first ${name}`);
  const remove = listeners.add(first);
  listeners.add((name) => calls.push(`second ${name}`));
  listeners.add(first);
  listeners.notify((listener) => listener('a'));
  expect(calls).toEqual(['first a', 'second a']);
  remove();
  listeners.notify((listener) => listener('b'));
  expect(calls.slice(2)).toEqual(['second b']);
  listeners.clear();
  listeners.notify((listener) => listener('c'));
  expect(calls).toHaveLength(3);
});

test('skips listeners that another listener removes or adds', () => {
  const listeners = new Listeners<() => void>();
  const late = vi.fn<() => void>();
  const removed = vi.fn<() => void>();
  listeners.add(() => {
    listeners.add(late);
    remove();
  });
  const remove = listeners.add(removed);
  listeners.notify((listener) => listener());
  expect(removed).not.toHaveBeenCalled();
  expect(late).not.toHaveBeenCalled();
  listeners.notify((listener) => listener());
  expect(late).toHaveBeenCalledOnce();
});

test('an error of a listener reaches neither the other listeners nor the caller', () => {
  const queued: (() => void)[] = [];
  const queue = vi.spyOn(globalThis, 'queueMicrotask').mockImplementation((run) => {
    queued.push(run);
  });
  try {
    const listeners = new Listeners<() => void>();
    const other = vi.fn<() => void>();
    listeners.add(() => {
      throw new Error('of one view');
    });
    listeners.add(other);
    listeners.notify((listener) => listener());
    expect(other).toHaveBeenCalledOnce();
    expect(queued).toHaveLength(1);
    expect(queued[0]).toThrow('of one view');
  } finally {
    queue.mockRestore();
  }
});
