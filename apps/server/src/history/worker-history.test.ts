import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { HISTORY } from '../storage/history/limits.ts';
import { describeSqlite } from '../storage/storage.ts';
import { temporaryDatabaseFile } from '../storage/testing/temporary-database.ts';
import { WorkerHistory } from './worker-history.ts';

/** A thread that never answers. */
const SILENT = new URL(
  `data:text/javascript,import { parentPort } from 'node:worker_threads';
   parentPort.once('message', () => process.exit());`,
);

async function open() {
  const storage = describeSqlite(await temporaryDatabaseFile());
  const history = new WorkerHistory({ storage, log: { error() {} }, workerUrl: SILENT });
  const answers: string[] = [];
  const ask = (user: string, signal = new AbortController().signal) => {
    const request = { kind: 'state', document: 'a', offset: 1 } as const;
    history.read(request, { user, signal }).catch(() => answers.push(user));
  };
  const settled = async () => {
    await nextTurn();
    return answers.splice(0);
  };
  return { history, ask, settled };
}

test('HY13 P7 a person has a few places in the queue, and the others theirs', async () => {
  const { history, ask, settled } = await open();
  const second = new AbortController();
  ask('ada');
  ask('ada', second.signal);
  for (let i = 2; i < HISTORY.maxQueuedPerPerson; i++) ask('ada');
  expect(await settled()).toEqual([]);
  ask('ada');
  expect(await settled()).toEqual(['ada']);
  ask('bob');
  expect(await settled()).toEqual([]);
  second.abort();
  expect(await settled()).toEqual(['ada']);
  ask('ada');
  expect(await settled()).toEqual([]);
  await history[Symbol.asyncDispose]();
  expect(await settled()).toHaveLength(HISTORY.maxQueuedPerPerson + 1);
});
