/** Digests in Postgres, and on two servers of one database. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/runtime/clock.ts';
import { chooseFrequency, moveMark, readDigest } from '../../src/storage/digests.ts';
import { testDigests } from '../../src/storage/digests.contract.ts';
import { openPostgres } from '../../src/storage/postgres/postgres-database.ts';
import { Postgres } from '../../src/storage/postgres/postgres.ts';
import type { Database } from '../../src/storage/tables.ts';
import { createDatabase } from '../../src/storage/testing/postgres-server.ts';
import { createUser } from '../../src/storage/users.ts';
import { command, create, newDocument, runCommand } from '../event-client.ts';
import { MailSink } from '../mail-sink.ts';
import { NativeClient } from '../native-client.ts';
import { RunningServer } from '../running-server.ts';
import { ageNotifications, confirmAddress } from '../sessions-age.ts';
import { onServer } from '../signed-in.ts';
import { postToAccount, signUp } from '../signed-up.ts';

describe('digests in Postgres', () => {
  const open = async (): Promise<Database> => {
    const url = await createDatabase(inject('postgres'));
    const db = await openPostgres(new Postgres({ url, connections: 2, name: 'test' }), {
      clock: systemClock,
    });
    onTestFinished(() => db.destroy());
    return db;
  };
  testDigests(open);

  test('DG4 a choice takes back no mark that a job moves meanwhile', async () => {
    const db = await open();
    await createUser(db, { id: 'ben', name: 'Ben', color: 1, at: 1 });
    await chooseFrequency(db, { user: 'ben', frequency: 'soon' });
    const to = { mark: 'm1', sentAt: 2 };
    const choosing = await db.transaction().execute(async (job) => {
      expect(await moveMark(job, { user: 'ben', from: { mark: '', sentAt: null }, to })).toBe(true);
      const promise = chooseFrequency(db, { user: 'ben', frequency: 'daily' });
      // By then it waits for the row.
      await sleep(300);
      return { promise };
    });
    await choosing.promise;
    expect(await readDigest(db, 'ben')).toEqual({ frequency: 'daily', ...to });
  });
});

test('DG4 what people are notified of by any node is mailed once', async () => {
  const sink = await MailSink.start();
  const DATABASE_URL = await createDatabase(inject('postgres'));
  const environment = {
    ...{ DATABASE_URL, ENGINE_WORKERS: '1', SMTP_URL: sink.url },
    ...{ MAIL_FROM: 'tandem@example.org', PUBLIC_URL: 'https://docs.example.org' },
  };
  const nodes = [await RunningServer.start(environment), await RunningServer.start(environment)];
  const [one, other] = nodes as [RunningServer, RunningServer];
  const ada = await signUp(one);
  const readers = await Promise.all(Array.from({ length: 8 }, () => signUp(other)));
  const document = newDocument();
  const writers = await Promise.all(
    nodes.map((node) => NativeClient.onAuthenticated(node, { guest: onServer(ada, node) })),
  );
  await runCommand(writers[0]!, create(document));
  const input = { document, link: 'view' } as const;
  await runCommand(writers[0]!, command({ name: 'link:change', input }));
  for (const reader of readers) {
    await confirmAddress(one, reader.user.id);
    const visitor = await NativeClient.onAuthenticated(other, { guest: reader });
    await runCommand(visitor, create(document));
    visitor.socket.close();
  }
  const mentions = readers.map(({ user }, i) => ({ user: user.id, offset: i, length: 1 }));
  const about = { document, mentions, replyTo: null };
  const mention = (writer: NativeClient, text: string) =>
    runCommand(writer, command({ name: 'chat:send', input: { ...about, text } }));
  await Promise.all(writers.map((writer, at) => mention(writer, `Tide ${at} at six.`)));
  for (const { user } of readers) await ageNotifications(one, { user: user.id, ms: 3_600_000 });
  // Both nodes are told that something is due.
  await Promise.all(
    readers.map((reader, at) =>
      postToAccount(onServer(reader, nodes[at % 2]!), 'mails', { frequency: 'soon' }),
    ),
  );
  for (const reader of readers) {
    const { text } = await sink.next(reader.email);
    expect(text).toContain('Tide 0 at six.');
    expect(text).toContain('Tide 1 at six.');
  }
  await sleep(6_000);
  expect(sink.received).toHaveLength(readers.length);
});
