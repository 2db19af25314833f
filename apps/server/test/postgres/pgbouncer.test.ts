/** Nodes that reach Postgres through PgBouncer in transaction mode. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { describe, expect, inject, test } from 'vitest';
import { systemClock } from '../../src/runtime/clock.ts';
import { testJournal, testSharedJournal } from '../../src/storage/journal/journal.contract.ts';
import { openPostgres } from '../../src/storage/postgres/postgres-database.ts';
import { PostgresJournal } from '../../src/storage/postgres/postgres-journal.ts';
import { Postgres } from '../../src/storage/postgres/postgres.ts';
import { createDatabase } from '../../src/storage/testing/postgres-server.ts';
import { createData } from '../data-document.ts';
import { Device } from '../device.ts';
import { chat, newDocument, runCommand, subscribe } from '../event-client.ts';
import { eventually } from '../eventually.ts';
import { NativeClient } from '../native-client.ts';
import { RunningServer } from '../running-server.ts';
import { signIn } from '../signed-in.ts';
import { pgBouncer, runPgBouncer } from './pgbouncer.ts';

/** Fewer than the two nodes have connections, so that they take turns at sessions. */
const SESSIONS = 4;
const ROUNDS = 60;
const WRITE_EVERY_MS = 30;

async function sessionsOf(url: string): Promise<number> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ count: string }>(
    `select count(*) from pg_stat_activity
     where datname = current_database() and application_name like 'tandem%'`,
  );
  await client.end();
  return Number(rows[0]?.count);
}

/** @returns how many statements its session has prepared after one with a name. */
async function preparedOf(url: string): Promise<number> {
  await using postgres = new Postgres({ url, connections: 1, name: 'tandem test' });
  await postgres.query({ name: 'one', text: 'select 1' });
  const { rows } = await postgres.query<{ count: number }>({
    text: 'select count(*) from pg_prepared_statements',
  });
  return rows[0]?.count ?? 0;
}

test('statements with a name are prepared where no pooler is in between', async () => {
  expect(await preparedOf(await createDatabase(inject('postgres')))).toBe(1);
});

async function openJournal(): Promise<PostgresJournal> {
  const bouncer = await runPgBouncer(inject('postgres'), { sessions: 2 });
  const url = bouncer.urlOf(await createDatabase(inject('postgres')));
  const connect = () => new Postgres({ url, connections: 4, name: 'tandem test' });
  const db = await openPostgres(connect(), { clock: systemClock });
  await db.destroy();
  return new PostgresJournal(connect());
}

describe.runIf(pgBouncer !== null)('through PgBouncer', () => {
  describe('the journal', () => {
    testJournal(openJournal);
    testSharedJournal(openJournal);
  });

  test('no statement is prepared', async () => {
    const database = await createDatabase(inject('postgres'));
    const bouncer = await runPgBouncer(inject('postgres'), { sessions: SESSIONS });
    expect(await preparedOf(bouncer.urlOf(database))).toBe(0);
  });

  test('two nodes start on a fresh database, and what they acknowledge is there once, also after its restart', async () => {
    const database = await createDatabase(inject('postgres'));
    const bouncer = await runPgBouncer(inject('postgres'), { sessions: SESSIONS });
    const settings = { DATABASE_URL: bouncer.urlOf(database), ENGINE_WORKERS: '1' };
    const nodes = await Promise.all([RunningServer.start(settings), RunningServer.start(settings)]);
    const guests = await Promise.all(nodes.map((node) => signIn(node)));
    const document = await createData(nodes[0]);
    const devices = guests.map((guest) => new Device(document, guest));
    for (const [at, device] of devices.entries()) await device.connect(nodes[at]!);
    const page = newDocument();
    await guests[0]!.fetch('/api/documents', { method: 'POST', body: { id: page } });
    const tabs = await Promise.all(
      nodes.map((node) => NativeClient.onAuthenticated(node, { guest: guests[0]! })),
    );
    for (const tab of tabs) await subscribe(tab, `chat:${page}`);

    const commands: Promise<unknown>[] = [];
    const written: string[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      for (const [at, device] of devices.entries()) {
        written.push(`<${at}.${round}>`);
        device.write(`<${at}.${round}>`);
        if (round % 6 === 0) commands.push(runCommand(tabs[at]!, chat(page, `${at}.${round}`)));
      }
      if (round === ROUNDS / 2) await bouncer.restart();
      await sleep(WRITE_EVERY_MS);
    }
    await Promise.all(commands);
    for (const device of devices) await device.saved();
    await eventually('both have the same text', () => devices[0]!.text === devices[1]!.text);
    for (const word of written) expect(devices[0]!.text.split(word)).toHaveLength(2);
    for (const { refusals } of devices) expect(refusals).toEqual([]);
    const { state } = await subscribe(
      await NativeClient.onAuthenticated(nodes[1], { guest: guests[0]! }),
      `chat:${page}`,
    );
    expect(state).toMatchObject({ type: 'chat', head: commands.length });
    expect(await sessionsOf(database)).toBeLessThanOrEqual(SESSIONS);

    const fresh = new Device(document, guests[1]!);
    await fresh.connect(nodes[1]);
    expect(fresh.text).toBe(devices[0]!.text);
  }, 60_000);
});
