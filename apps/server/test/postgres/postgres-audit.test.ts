/** The audit log in Postgres, and on two servers of one database. */
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { auditPage, type AuditPage } from '@tandem/protocol/audit';
import { systemClock } from '../../src/runtime/clock.ts';
import { testAudit } from '../../src/storage/audit/audit.contract.ts';
import { openPostgres } from '../../src/storage/postgres/postgres-database.ts';
import { Postgres } from '../../src/storage/postgres/postgres.ts';
import { createDatabase } from '../../src/storage/testing/postgres-server.ts';
import { create, newDocument, runCommand } from '../event-client.ts';
import { NativeClient } from '../native-client.ts';
import { RunningServer } from '../running-server.ts';
import type { SignedIn } from '../signed-in.ts';
import { signUp } from '../signed-up.ts';

describe('the audit log in Postgres', () => {
  testAudit(async () => {
    const url = await createDatabase(inject('postgres'));
    const db = await openPostgres(new Postgres({ url, connections: 2, name: 'test' }), {
      clock: systemClock,
    });
    onTestFinished(() => db.destroy());
    return db;
  });
});

async function readAll(person: SignedIn): Promise<AuditPage['entries']> {
  const entries: AuditPage['entries'] = [];
  for (let before = ''; ;) {
    const answer = await person.fetch(`/api/server/audit${before}`);
    expect(answer.status).toBe(200);
    const page = auditPage.parse(await answer.json());
    entries.push(...page.entries);
    if (page.next === null) return entries;
    before = `?before=${page.next}`;
  }
}

test('AU3 what both nodes do at once is recorded once each', async () => {
  const DATABASE_URL = await createDatabase(inject('postgres'));
  const environment = { DATABASE_URL, ENGINE_WORKERS: '1', NODE_ENV: 'production' };
  const nodes = [await RunningServer.start(environment), await RunningServer.start(environment)];
  const ada = await signUp(nodes[0]!);
  const documents = Array.from({ length: 60 }, () => newDocument());
  const clients = await Promise.all(
    nodes.map((node) => NativeClient.onAuthenticated(node, { guest: ada })),
  );
  await Promise.all(
    documents.map((document, at) => runCommand(clients[at % 2]!, create(document))),
  );
  const entries = await readAll(ada);
  const created = entries.filter(({ action }) => action === 'document:created');
  expect(created).toHaveLength(documents.length);
  expect(new Set(created.map(({ document }) => document))).toEqual(new Set(documents));
  expect(new Set(created.map(({ actor }) => actor))).toEqual(new Set([ada.user.id]));
  expect(new Set(entries.map(({ number }) => number)).size).toBe(entries.length);
});
