/** Mails about unread notifications, through a mail server: DG1 to DG7 of `src/digests/README.md`. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Account } from '@tandem/protocol/accounts';
import { command, create, newDocument, runCommand } from './event-client.ts';
import { MailSink, type ReceivedMail } from './mail-sink.ts';
import { NativeClient } from './native-client.ts';
import { RunningServer } from './running-server.ts';
import { ageNotifications, confirmAddress, forgetAddress } from './sessions-age.ts';
import { atEndOfFile } from './shared.ts';
import { postToAccount, signUp, type SignedUp } from './signed-up.ts';

const MAIL_FROM = 'tandem@example.org';
const PUBLIC_URL = 'https://docs.example.org';
const QUIET_MS = 15 * 60_000;
const HOUR_MS = 60 * 60_000;
const atEnd = atEndOfFile();
let sink: MailSink;
let server: RunningServer;

beforeAll(async () => {
  sink = await MailSink.start(atEnd);
  server = await RunningServer.start({ SMTP_URL: sink.url, MAIL_FROM, PUBLIC_URL }, atEnd);
});

interface Scene {
  readonly reader: SignedUp;
  readonly mention: (text: string) => Promise<void>;
  readonly document: string;
}

/** Ada mentions the reader in a document that both have. */
async function scene(of = server): Promise<Scene> {
  const ada = await signUp(of);
  const reader = await signUp(of);
  await confirmAddress(of, reader.user.id);
  const document = newDocument();
  const writer = await NativeClient.onAuthenticated(of, { guest: ada });
  await runCommand(writer, create(document));
  const input = { document, link: 'comment' } as const;
  await runCommand(writer, command({ name: 'link:change', input }));
  const visitor = await NativeClient.onAuthenticated(of, { guest: reader });
  await runCommand(visitor, create(document));
  visitor.socket.close();
  const mentions = [{ user: reader.user.id, offset: 0, length: 1 }];
  return {
    ...{ reader, document },
    async mention(text) {
      const sent = { document, text, mentions, replyTo: null };
      await runCommand(writer, command({ name: 'chat:send', input: sent }));
    },
  };
}

/** As if a time had passed; a choice wakes the job. */
async function pass({ reader }: Scene, ms: number, of = server): Promise<void> {
  await ageNotifications(of, { user: reader.user.id, ms });
  expect((await postToAccount(reader, 'mails', { frequency: 'soon' })).status).toBe(204);
}

function unsubscribePath({ lines }: ReceivedMail): string {
  const line = lines.get('list-unsubscribe')?.replaceAll(/\s+/g, ' ') ?? '';
  const address = /<(https:\/\/docs\.example\.org\/[^>]*)>/.exec(line.replaceAll(' ', ''))?.[1];
  if (address === undefined) throw new Error(`no link: ${line}`);
  const { pathname, search } = new URL(address);
  return pathname + search;
}

test('DG3 a mention that was not read is mailed, once, with links to it', async () => {
  const about = await scene();
  const { reader, mention, document } = about;
  await mention('Low at noon & high at six.');
  await pass(about, QUIET_MS);
  const mail = await sink.next(reader.email);
  expect(mail).toMatchObject({ from: MAIL_FROM, isAutomatic: true });
  expect(mail.subject).toMatch(/ mentioned you in “\u2068Tide log\u2069”$/);
  expect(mail.text).toContain('Low at noon & high at six.');
  expect(mail.html).toContain('Low at noon &amp; high at six.');
  expect(mail.text).toContain(`${PUBLIC_URL}/d/${document}#message=`);
  await pass(about, HOUR_MS);
  await mention('Later.');
  await pass(about, HOUR_MS);
  expect((await sink.next(reader.email, 2)).text).not.toContain('Low at noon');
  expect(sink.to(reader.email)).toHaveLength(2);
});

test('DG5 what was read, or may not be read, by then is not mailed', async () => {
  const seen = await scene();
  await seen.mention('Seen.');
  const client = await NativeClient.onAuthenticated(server, { guest: seen.reader });
  const input = { document: seen.document, number: 1 };
  await runCommand(client, command({ name: 'chat:see', input }));
  client.socket.close();
  await pass(seen, HOUR_MS);
  // A later mail shows that the job of the first person has run.
  const other = await scene();
  await other.mention('Unseen.');
  await pass(other, HOUR_MS);
  await sink.next(other.reader.email);
  expect(sink.to(seen.reader.email)).toEqual([]);
});

describe('DG7 the link in a mail', () => {
  const choiceOf = async ({ reader }: Scene): Promise<string> =>
    ((await (await reader.fetch('/api/account')).json()) as Account).mails;

  test('ends further ones by one click without a session, and only asks when it is opened', async () => {
    const about = await scene();
    await about.mention('Low.');
    await pass(about, QUIET_MS);
    const mail = await sink.next(about.reader.email);
    expect(mail.lines.get('list-unsubscribe-post')).toBe(
      'List-Unsubscribe-Post: List-Unsubscribe=One-Click',
    );
    const url = `${server.url}${unsubscribePath(mail)}`;
    const asked = await fetch(url);
    expect(asked.status).toBe(200);
    expect(asked.headers.get('cache-control')).toBe('no-store');
    expect(await asked.text()).toContain('<button>');
    expect((await fetch(url, { method: 'HEAD' })).status).toBe(200);
    expect(await choiceOf(about)).toBe('soon');
    const click = await fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: 'List-Unsubscribe=One-Click',
    });
    expect(click.status).toBe(200);
    expect(await choiceOf(about)).toBe('never');
    expect((await fetch(url, { method: 'POST' })).status).toBe(200);
    await about.mention('High.');
    await ageNotifications(server, { user: about.reader.user.id, ms: HOUR_MS });
    const other = await scene();
    await other.mention('Low.');
    await pass(other, QUIET_MS);
    await sink.next(other.reader.email);
    expect(sink.to(about.reader.email)).toHaveLength(1);
    // What happened meanwhile stays in the inbox.
    await pass(about, HOUR_MS);
    expect(await choiceOf(about)).toBe('soon');
    await about.mention('Low again.');
    await pass(about, HOUR_MS);
    expect((await sink.next(about.reader.email, 2)).text).not.toContain('High.');
  });

  test('is taken a few times in a minute, and changes nothing where nothing is mailed', async () => {
    const about = await scene();
    await about.mention('Low.');
    await pass(about, QUIET_MS);
    const url = `${server.url}${unsubscribePath(await sink.next(about.reader.email))}`;
    await forgetAddress(server, about.reader.user.id);
    const click = () => fetch(url, { method: 'POST' });
    expect((await click()).status).toBe(200);
    const statuses = [];
    for (let clicks = 0; clicks < 12; clicks++) statuses.push((await click()).status);
    expect(new Set(statuses)).toEqual(new Set([200, 429]));
    expect(await (await click()).text()).toContain('Nothing was changed.');
  });

  test('of nobody, or of something else, ends nothing', async () => {
    const about = await scene();
    for (const token of ['', 'a.b.c', about.reader.user.id])
      for (const method of ['GET', 'POST']) {
        const answer = await fetch(`${server.url}/unsubscribe?token=${token}`, { method });
        expect(answer.status).toBe(403);
        expect(await answer.text()).toContain('Nothing was changed.');
      }
    expect(await choiceOf(about)).toBe('soon');
  });
});

test('DG6 the operator may leave the words of messages out', async () => {
  const environment = { SMTP_URL: sink.url, MAIL_FROM, PUBLIC_URL, MAIL_EXCERPTS: 'false' };
  const discreet = await RunningServer.start(environment);
  const about = await scene(discreet);
  await about.mention('Low at noon.');
  await pass(about, QUIET_MS, discreet);
  const { text, html } = await sink.next(about.reader.email);
  expect(text).toContain('Tide log');
  expect(text + html).not.toContain('Low at noon');
});
