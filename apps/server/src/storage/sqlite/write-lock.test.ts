import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { releaseWriteLock, SharedWriteLock, createWriteLockMemory } from './write-lock.ts';

const HOLDER = `
  const { parentPort, threadId, workerData } = require('node:worker_threads');
  const holder = new Int32Array(workerData);
  Atomics.store(holder, 0, threadId + 1);
  parentPort.postMessage('held');
  parentPort.once('message', () => {
    Atomics.store(holder, 0, 0);
    Atomics.notify(holder, 0, 1);
    parentPort.close();
  });
`;

const isFree = (memory: SharedArrayBuffer) => new Int32Array(memory)[0] === 0;

test('the lock is held during the work and released when the work fails', () => {
  const memory = createWriteLockMemory();
  const lock = new SharedWriteLock(memory);
  expect(lock.run(() => isFree(memory))).toBe(false);
  expect(isFree(memory)).toBe(true);
  expect(() => lock.run(() => JSON.parse('{'))).toThrow(SyntaxError);
  expect(isFree(memory)).toBe(true);
});

test('releases a lock that an exited worker held, but not one that another thread holds', async () => {
  const memory = createWriteLockMemory();
  const worker = new Worker(HOLDER, { eval: true, workerData: memory });
  const { threadId } = worker;
  await new Promise((resolve) => worker.once('message', resolve));
  releaseWriteLock(memory, threadId + 1);
  expect(isFree(memory)).toBe(false);
  await worker.terminate();
  releaseWriteLock(memory, threadId);
  expect(isFree(memory)).toBe(true);
});

test('a waiting thread continues as soon as the lock is released', async () => {
  const memory = createWriteLockMemory();
  const worker = new Worker(HOLDER, { eval: true, workerData: memory });
  await new Promise((resolve) => worker.once('message', resolve));
  worker.postMessage('release');
  expect(new SharedWriteLock(memory).run(() => 'done')).toBe('done');
  await new Promise((resolve) => worker.once('exit', resolve));
  expect(isFree(memory)).toBe(true);
});
