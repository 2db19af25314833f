/** Webhooks in Postgres, and on two servers of one database. */
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import type { NewWebhook } from '@tandem/protocol/webhooks';
import { systemClock } from '../../src/runtime/clock.ts';
import { openPostgres } from '../../src/storage/postgres/postgres-database.ts';
import { Postgres } from '../../src/storage/postgres/postgres.ts';
import { createDatabase } from '../../src/storage/testing/postgres-server.ts';
import { testWebhooks } from '../../src/storage/webhooks.contract.ts';
import { GuideReceiver } from '../guide-receiver.ts';
import { RunningServer } from '../running-server.ts';
import { onServer } from '../signed-in.ts';
import { postToAccount, signUp } from '../signed-up.ts';

describe('webhooks in Postgres', () => {
  testWebhooks(async () => {
    const url = await createDatabase(inject('postgres'));
    const db = await openPostgres(new Postgres({ url, connections: 2, name: 'test' }), {
      clock: systemClock,
    });
    onTestFinished(() => db.destroy());
    return db;
  });
});

test('what happens on any node is told once', async () => {
  const DATABASE_URL = await createDatabase(inject('postgres'));
  const env = { DATABASE_URL, ENGINE_WORKERS: '1', WEBHOOK_ALLOWED_HOSTS: '127.0.0.1' };
  const [one, other] = [await RunningServer.start(env), await RunningServer.start(env)];
  const receiver = await GuideReceiver.create();
  const ada = await signUp(one);
  const answer = await postToAccount(ada, 'webhooks', {
    ...{ name: 'Bot', url: receiver.url, document: null, events: ['document.created'] },
  });
  const { secret } = (await answer.json()) as NewWebhook;
  await receiver.start(secret);
  const made = Array.from({ length: 20 }, (_, i) => `document-of-a-node-${i}`);
  for (const [i, id] of made.entries()) {
    const person = onServer(ada, i % 2 === 0 ? one : other);
    await person.fetch('/api/documents', { method: 'POST', body: { id, title: '' } });
  }
  const told = () => receiver.told.map(({ document }) => document?.id ?? '').toSorted();
  await expect.poll(told, { timeout: 20_000 }).toEqual(made.toSorted());
});
