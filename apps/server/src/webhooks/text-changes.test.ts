import { ManualClock } from '@tandem/testkit';
import { pino } from 'pino';
import { ulid } from 'ulid';
import { expect, test } from 'vitest';
import { WEBHOOKS } from '../limits.ts';
import type { NewJob } from '../storage/jobs/job-store.ts';
import { createDocument } from '../storage/documents.ts';
import { DatabaseJobStore } from '../storage/jobs/database-job-store.ts';
import { temporaryDatabase } from '../storage/testing/temporary-database.ts';
import { createUser, registerUser } from '../storage/users.ts';
import { addWebhook, pauseWebhook } from '../storage/webhooks.ts';
import { textsToWebhooks } from './text-changes.ts';

async function scene() {
  const db = await temporaryDatabase();
  const clock = new ManualClock(1_800_000_000_000);
  const jobs: NewJob[] = [];
  const indexed: string[] = [];
  for (const id of ['ada', 'ben']) {
    await createUser(db, { id, name: id, color: 1, at: 0 });
    await registerUser(db, { id, at: 0 });
    await createDocument(db, { id: `of-${id}`, kind: 'page', title: '', owner: id, at: 0 });
  }
  const texts = textsToWebhooks<{ readonly document: string }>({
    ...{ db, clock, log: pino({ enabled: false }), onEnqueued: () => {} },
    jobs: { enqueue: async (more) => void jobs.push(...more) },
    indexer: { textsChanged: (all) => void indexed.push(...all.map(({ document }) => document)) },
  });
  const id = ulid();
  const add = () =>
    addWebhook(db, {
      ...{ id, user: 'ada', name: 'Bot', url: 'https://receiver.example', secret: 'whsec_' },
      ...{ events: ['document.changed'], document: null, at: 0 },
    });
  return { db, clock, jobs, indexed, texts, id, add };
}
const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

test('WH5 each change asks for the one job that waits, and only where somebody hears', async () => {
  const { clock, jobs, indexed, texts, add } = await scene();
  const change = async () => {
    texts.textsChanged([{ document: 'of-ada' }, { document: 'of-ben' }]);
    await settled();
  };
  await change();
  expect(jobs).toEqual([]);
  await add();
  for (let i = 0; i < 5; i++) await change();
  const job = { key: 'changed of-ada', delayMs: WEBHOOKS.changeIntervalMs, kind: 'webhook-event' };
  expect(jobs).toMatchObject(Array(5).fill(job));
  clock.advance(WEBHOOKS.changeIntervalMs);
  await change();
  expect(jobs).toHaveLength(6);
  expect(indexed).toHaveLength(14);
});

test('WH5 the last change is told of, whichever node has asked first', async () => {
  const { db, clock, add } = await scene();
  await add();
  const store = new DatabaseJobStore({ db, kind: 'sqlite', clock });
  const nodes = [1, 2].map(() =>
    textsToWebhooks<{ readonly document: string }>({
      ...{ db, clock, jobs: store, log: pino({ enabled: false }), onEnqueued: () => {} },
      indexer: { textsChanged: () => {} },
    }),
  );
  const change = async (node: number) => {
    nodes[node]?.textsChanged([{ document: 'of-ada' }]);
    await settled();
  };
  const claim = () => store.claim({ kinds: ['webhook-event'], limit: 1, leaseMs: 1_000 });
  await change(0);
  clock.advance(WEBHOOKS.changeIntervalMs / 2);
  await change(1);
  clock.advance(WEBHOOKS.changeIntervalMs / 2);
  const [job] = await claim();
  await store.complete(job!);
  clock.advance(10_000);
  await change(1);
  clock.advance(WEBHOOKS.changeIntervalMs);
  expect(await claim()).toHaveLength(1);
});

test('WH5 a failure is nobody else’s, and one that is paused hears nothing', async () => {
  const { db, jobs, indexed, texts, id, add } = await scene();
  await add();
  await pauseWebhook(db, id);
  texts.textsChanged([{ document: 'of-ada' }]);
  await settled();
  await db.destroy();
  texts.textsChanged([{ document: 'of-ada' }]);
  await settled();
  expect(jobs).toEqual([]);
  expect(indexed).toEqual(['of-ada', 'of-ada']);
});
