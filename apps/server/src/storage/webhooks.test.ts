import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { temporaryDatabase } from './testing/temporary-database.ts';
import { testWebhooks } from './webhooks.contract.ts';
import { subscribersOf } from './webhooks.ts';

testWebhooks(temporaryDatabase);

test('WH14 the webhooks of others are not read', async () => {
  const db = await temporaryDatabase();
  const query = subscribersOf({ type: 'comment.created', document: 'd', after: '', limit: 1 });
  const { rows } = await sql<{ readonly detail: string }>`explain query plan ${query}`.execute(db);
  const plan = rows.map(({ detail }) => detail);
  expect(plan.filter((step) => /SCAN (?:webhook|user|visit|document)\b/.test(step))).toEqual([]);
  expect(plan.filter((step) => step.includes('USING INDEX webhook_'))).toHaveLength(2);
});
