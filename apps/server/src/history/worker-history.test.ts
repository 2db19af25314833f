import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { HISTORY } from '../storage/history/limits.ts';
import { describeSqlite } from '../storage/storage.ts';
import { temporaryDatabaseFile } from '../storage/testing/temporary-database.ts';
import { HistoryThreadEnded } from './port.ts';
import { WorkerHistory } from './worker-history.ts';

/** A thread that never answers, and ends when it is told to: a request can reach it at any time. */
const SILENT = new URL(
  `data:text/javascript,import { parentPort } from 'node:worker_threads';
   parentPort.on('message', ({ kind }) => {
     if (kind === 'stop') process.exit();
   });`,
);

/** A thread that answers each request with nothing. */
const QUICK = new URL(
  `data:text/javascript,import { parentPort } from 'node:worker_threads';
   parentPort.on('message', ({ kind }) => {
     if (kind === 'stop') process.exit();
     parentPort.postMessage({ kind: 'message', message: { kind: 'done', answer: null } });
   });
   parentPort.postMessage({ kind: 'ready' });`,
);

async function open(workerUrl = SILENT) {
  const storage = describeSqlite(await temporaryDatabaseFile());
  const history = new WorkerHistory({
    ...{ storage, log: { error() {} }, workerUrl, name: 'history' },
    placesPerPerson: HISTORY.maxQueuedPerPerson,
  });
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

test('CT5 P7 who was served longest ago is next', async () => {
  const { history } = await open(QUICK);
  const served: string[] = [];
  const ask = async (user: string) => {
    const request = { kind: 'state', document: 'a', offset: 1 } as const;
    await history.read(request, { user, signal: new AbortController().signal });
    served.push(user);
  };
  await Promise.all(['ada', 'ada', 'ada', 'bob', 'bob', 'eve'].map(ask));
  expect(served).toEqual(['ada', 'bob', 'eve', 'ada', 'bob', 'ada']);
  served.length = 0;
  await Promise.all(['ada', 'eve', 'bob'].map(ask));
  // The thread was idle, and has begun with the first.
  expect(served).toEqual(['ada', 'eve', 'bob']);
  await history[Symbol.asyncDispose]();
});

test('PB5 a request at which the thread ends fails otherwise than one too many', async () => {
  const ENDING = new URL(
    `data:text/javascript,import { parentPort } from 'node:worker_threads';
     parentPort.once('message', () => process.exit());
     parentPort.postMessage({ kind: 'ready' });`,
  );
  const { history } = await open(ENDING);
  const read = (user: string) =>
    history.read(
      { kind: 'position', document: 'a' },
      { user, signal: new AbortController().signal },
    );
  await expect(read('ada')).rejects.toBeInstanceOf(HistoryThreadEnded);
  const aborted = AbortSignal.abort();
  const late = history.read({ kind: 'position', document: 'a' }, { user: 'ada', signal: aborted });
  await expect(late).rejects.not.toBeInstanceOf(HistoryThreadEnded);
  await history[Symbol.asyncDispose]();
});
