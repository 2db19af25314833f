import { expect, test } from 'vitest';
import { SharedWorkerProgress, type Work } from './worker-progress.ts';

function twoSides() {
  const memory = SharedWorkerProgress.createMemory();
  return { worker: new SharedWorkerProgress(memory), watcher: new SharedWorkerProgress(memory) };
}

const update: Work = {
  phase: 'apply',
  document: 'x'.repeat(64),
  subscription: 2 ** 40,
  cseq: 2 ** 41,
  budgetMs: 2_000,
};

test('nothing is being done at first, and when all is done', () => {
  const { worker, watcher } = twoSides();
  expect(watcher.work).toBeNull();
  worker.begin(update);
  worker.end();
  expect(watcher.work).toBeNull();
});

test('the other side sees what is being done', () => {
  const { worker, watcher } = twoSides();
  worker.begin(update);
  expect(watcher.work).toEqual(update);
  worker.extend(9_000);
  expect(watcher.work).toEqual({ ...update, budgetMs: 9_000 });
  const load: Work = {
    phase: 'load',
    document: 'short',
    subscription: 0,
    cseq: 0,
    budgetMs: 10_000,
  };
  worker.begin(load);
  expect(watcher.work).toEqual(load);
});

test('each piece of work counts, also when it looks the same', () => {
  const { worker, watcher } = twoSides();
  worker.begin(update);
  const { count } = watcher;
  worker.end();
  expect(watcher.count).toBe(count);
  worker.begin(update);
  expect(watcher.count).not.toBe(count);
});
