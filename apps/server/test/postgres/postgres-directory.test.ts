/** Whom people find and invite, in Postgres, and on two servers of one database. */
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { invitedAddresses } from '@tandem/protocol/directory';
import { systemClock } from '../../src/runtime/clock.ts';
import { testDirectory } from '../../src/storage/directory.contract.ts';
import { openPostgres } from '../../src/storage/postgres/postgres-database.ts';
import { Postgres } from '../../src/storage/postgres/postgres.ts';
import { createDatabase } from '../../src/storage/testing/postgres-server.ts';
import { command, create, newDocument, runCommand } from '../event-client.ts';
import { MailSink } from '../mail-sink.ts';
import { NativeClient } from '../native-client.ts';
import { RunningServer } from '../running-server.ts';
import { newAddress, postToAccount, signUp } from '../signed-up.ts';
import { PROMISED_SECOND_MS } from '../promised-second.ts';

describe('the directory in Postgres', () => {
  testDirectory(async () => {
    const url = await createDatabase(inject('postgres'));
    const db = await openPostgres(new Postgres({ url, connections: 2, name: 'test' }), {
      clock: systemClock,
    });
    onTestFinished(() => db.destroy());
    return db;
  });
});

test('IA2 IA4 of two nodes, one invites and the other lets in, at once, once, and not after it was withdrawn', async () => {
  const sink = await MailSink.start();
  const DATABASE_URL = await createDatabase(inject('postgres'));
  const environment = {
    SMTP_URL: sink.url,
    MAIL_FROM: 'tandem@example.org',
    PUBLIC_URL: 'https://docs.example.org',
  };
  const start = () => RunningServer.start({ DATABASE_URL, ENGINE_WORKERS: '1', ...environment });
  const [one, other] = [await start(), await start()];
  const ada = await signUp(one);
  const owner = await NativeClient.onAuthenticated(one, { guest: ada });
  const email = newAddress();
  const ned = await signUp(other, { email });
  expect((await postToAccount(ned, 'verification', {})).status).toBe(204);
  const { text } = await sink.next(email);
  const body = { token: /#verify=([\w-]{43})$/m.exec(text)?.[1], as: ned.user.id };
  expect((await postToAccount(ned, 'verification/finish', body)).status).toBe(204);

  const accessOn = async (server: RunningServer, document: string) => {
    const socket = await NativeClient.onAuthenticated(server, { guest: ned });
    socket.send({ type: 'open', channel: 0, ref: 9, document, client: 7 });
    return await Promise.race([
      socket.next('opened').then(({ access }) => access),
      socket.next('closed').then(({ error }) => error.code),
    ]);
  };
  const invite = async (link: 'view' | 'off') => {
    const document = newDocument();
    await runCommand(owner, create(document));
    await runCommand(owner, command({ name: 'link:change', input: { document, link } }));
    // Their caches may have read the document when it was created.
    for (const server of [one, other])
      await expect
        .poll(() => accessOn(server, document), { timeout: PROMISED_SECOND_MS })
        .toBe(link === 'view' ? 'view' : 'not-found');
    return {
      document,
      post: (rest = '', more: object = { role: 'editor' }) =>
        ada.fetch(`/api/documents/${document}/invited${rest}`, {
          method: 'POST',
          body: { email, ...more },
        }),
    };
  };
  const shared = await invite('view');
  expect((await shared.post()).status).toBe(204);
  await expect
    .poll(() => accessOn(other, shared.document), { timeout: PROMISED_SECOND_MS })
    .toBe('edit');
  const listed = await ada.fetch(`/api/documents/${shared.document}/invited`);
  expect(invitedAddresses.parse(await listed.json()).invited).toEqual([]);

  const atOnce = await invite('off');
  expect((await atOnce.post()).status).toBe(204);
  expect(
    await Promise.all([accessOn(one, atOnce.document), accessOn(other, atOnce.document)]),
  ).toEqual(['edit', 'edit']);

  const withdrawn = await invite('off');
  expect((await withdrawn.post()).status).toBe(204);
  expect((await withdrawn.post('/withdraw', {})).status).toBe(204);
  expect(await accessOn(other, withdrawn.document)).toBe('not-found');
});
