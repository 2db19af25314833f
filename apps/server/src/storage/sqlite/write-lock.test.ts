import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { releaseWriteLock, SharedWriteLock, writeLockMemory } from './write-lock.ts';

/** Takes the lock the way `SharedWriteLock` does, says so, and gives it back when told to. */
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

test('one lock for each file', () => {
  expect(writeLockMemory('one.db')).toBe(writeLockMemory('one.db'));
  expect(writeLockMemory('one.db')).not.toBe(writeLockMemory('two.db'));
});

test('it is held while the work lasts, and given back when the work fails', () => {
  const memory = writeLockMemory('a.db');
  const lock = new SharedWriteLock(memory);
  expect(lock.hold(() => isFree(memory))).toBe(false);
  expect(isFree(memory)).toBe(true);
  expect(() => lock.hold(() => JSON.parse('{'))).toThrow(SyntaxError);
  expect(isFree(memory)).toBe(true);
});

test('what a worker held when it ended is given back, what another holds is not', async () => {
  const memory = writeLockMemory('b.db');
  const worker = new Worker(HOLDER, { eval: true, workerData: memory });
  const { threadId } = worker;
  await new Promise((resolve) => worker.once('message', resolve));
  releaseWriteLock(memory, threadId + 1);
  expect(isFree(memory)).toBe(false);
  await worker.terminate();
  releaseWriteLock(memory, threadId);
  expect(isFree(memory)).toBe(true);
});

test('whoever waits goes on as soon as it is given back', async () => {
  const memory = writeLockMemory('c.db');
  const worker = new Worker(HOLDER, { eval: true, workerData: memory });
  await new Promise((resolve) => worker.once('message', resolve));
  worker.postMessage('give it back');
  expect(new SharedWriteLock(memory).hold(() => 'my turn')).toBe('my turn');
  await new Promise((resolve) => worker.once('exit', resolve));
  expect(isFree(memory)).toBe(true);
});
