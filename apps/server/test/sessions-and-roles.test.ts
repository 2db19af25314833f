import { describe, expect, test } from 'vitest';
import { ulid } from 'ulid';
import type { Call, ChatPage, DocumentSummary, ErrorCode } from '@tandem/protocol';
import { eventually } from './eventually.ts';
import { NativeClient } from './native-client.ts';
import { RunningServer } from './running-server.ts';
import { atEndOfFile } from './shared.ts';
import { signIn, type SignedIn } from './signed-in.ts';
import { PROMISED_SECOND_MS } from './promised-second.ts';

const METRICS_TOKEN = 'a-token-for-the-metrics-of-tests';
const server = await RunningServer.start({ METRICS_TOKEN }, atEndOfFile());

async function purges(): Promise<number> {
  const headers = { authorization: `Bearer ${METRICS_TOKEN}` };
  const text = await (await fetch(`${server.url}/metrics`, { headers })).text();
  const done = /^tandem_jobs_total\{kind="document-purge",result="done"\} (\d+)/m.exec(text);
  return Number(done?.[1] ?? 0);
}

async function run(client: NativeClient, call: Call): Promise<'done' | ErrorCode> {
  const id = ulid();
  client.send({ type: 'command', channel: 0, ...call, id });
  let answer: 'done' | ErrorCode | null = null;
  await eventually(`${call.name} is answered`, () => {
    for (const message of client.received) {
      if (message.type === 'done' && message.id === id) answer = 'done';
      if (message.type === 'refused' && message.id === id) answer = message.error.code;
    }
    return answer !== null;
  });
  return answer!;
}

async function createdBy(guest: SignedIn): Promise<string> {
  const document = `page-${ulid()}`;
  const response = await guest.fetch('/api/documents', { method: 'POST', body: { id: document } });
  expect(response.status).toBe(200);
  return document;
}

async function withinTime(step: () => Promise<unknown>): Promise<void> {
  const beganMs = performance.now();
  await step();
  expect(performance.now() - beganMs).toBeLessThan(PROMISED_SECOND_MS);
}

/** Ada's document, which its link lets Bob edit; neither has opened it. */
async function ownerAndGuest() {
  const [ada, bob] = [await signIn(server), await signIn(server)];
  const document = await createdBy(ada);
  const owner = await NativeClient.onAuthenticated(server, { guest: ada });
  const guest = await NativeClient.onAuthenticated(server, { guest: bob });
  return { ada, bob, document, owner, guest };
}

describe('signing out', () => {
  test('W36 ends the connections of that session at once, and its token with it', async () => {
    const ada = await signIn(server);
    const bob = await signIn(server);
    const [tab, other] = [
      await NativeClient.onAuthenticated(server, { guest: ada }),
      await NativeClient.onAuthenticated(server, { guest: ada }),
    ];
    const outsider = await NativeClient.onAuthenticated(server, { guest: bob });
    await withinTime(async () => {
      const response = await ada.fetch('/api/session/end', { method: 'POST' });
      expect(response.status).toBe(204);
      expect(response.headers.get('set-cookie')).toMatch(/^tandem_session=; .*Max-Age=0;/);
      for (const client of [tab, other]) expect(await client.end()).toMatchObject({ code: 4401 });
    });
    expect(outsider.closed).toBeNull();
    expect((await ada.fetch('/api/documents')).status).toBe(401);

    const late = new NativeClient(server);
    await late.opened();
    late.hello(ada.token);
    expect(await late.end()).toMatchObject({ code: 4401 });
  });

  test('does no harm without a session', async () => {
    const response = await fetch(`${server.url}/api/session/end`, { method: 'POST' });
    expect(response.status).toBe(204);
  });
});

describe('a changed role', () => {
  test('W36 is announced on open channels at once, and applies from then on', async () => {
    const { bob, document, owner, guest } = await ownerAndGuest();
    const { channel, access } = await guest.open(document);
    expect(access).toBe('edit');
    await withinTime(async () => {
      const call = { name: 'link:change', input: { document, link: 'view' } } as const;
      expect(await run(owner, call)).toBe('done');
      const isView = (message: { readonly access: string }) => message.access === 'view';
      expect(await guest.next('document:changed', isView)).toMatchObject({ channel });
    });
    expect(await run(guest, { name: 'document:rename', input: { document, title: 'No' } })).toBe(
      'forbidden',
    );
    const user = bob.user.id;
    const promote = { name: 'member:change', input: { document, user, role: 'editor' } } as const;
    // The visit is written a moment after the opening.
    await expect.poll(() => run(owner, promote)).toBe('done');
    await guest.next('document:changed', (message) => message.access === 'edit');
    expect(await run(guest, { name: 'document:rename', input: { document, title: 'Yes' } })).toBe(
      'done',
    );
  });

  test('PO3 PO4 a document in the trash is its owner’s alone, until it is restored or purged', async () => {
    const { ada, bob, document, owner, guest } = await ownerAndGuest();
    const { channel } = await guest.open(document);
    await owner.open(document, { client: 2 });
    await withinTime(async () => {
      expect(await run(owner, { name: 'document:trash', input: { document } })).toBe('done');
      const error = { code: 'in-trash', message: expect.stringContaining('trash') as string };
      expect(await guest.next('closed')).toMatchObject({ channel, error });
      expect(await owner.next('document:changed')).toMatchObject({
        access: 'view',
        trashedAt: expect.any(Number) as number,
      });
    });
    for (const path of ['', '/chat'])
      expect((await bob.fetch(`/api/documents/${document}${path}`)).status).toBe(404);
    expect((await ada.fetch(`/api/documents/${document}`)).status).toBe(200);
    expect(await run(owner, { name: 'document:rename', input: { document, title: 'No' } })).toBe(
      'forbidden',
    );

    expect(await run(owner, { name: 'document:restore', input: { document } })).toBe('done');
    const back = await owner.next('document:changed', ({ access }) => access === 'edit');
    expect(back.trashedAt).toBeUndefined();
    expect((await guest.open(document)).access).toBe('edit');

    expect(await run(owner, { name: 'document:trash', input: { document } })).toBe('done');
    expect(await run(owner, { name: 'document:purge', input: { document } })).toBe('done');
    for (const { fetch } of [ada, bob])
      expect((await fetch(`/api/documents/${document}`)).status).toBe(404);
    const again = await ada.fetch('/api/documents', { method: 'POST', body: { id: document } });
    expect(again.status).toBe(404);
    // The text is deleted once no page can have it open any more.
    await expect.poll(purges, { timeout: 30_000 }).toBe(1);
  });

  test('W36 that is nothing any more closes the channel at once', async () => {
    const { bob, document, owner, guest } = await ownerAndGuest();
    const { channel } = await guest.open(document);
    await owner.open(document, { client: 2 });
    await withinTime(async () => {
      const call = { name: 'link:change', input: { document, link: 'off' } } as const;
      expect(await run(owner, call)).toBe('done');
      expect(await guest.next('closed')).toMatchObject({ channel, error: { code: 'forbidden' } });
    });
    guest.send({ type: 'open', channel: 0, ref: 2, document, client: 1 });
    expect(await guest.next('closed')).toMatchObject({ ref: 2, error: { code: 'not-found' } });
    expect(owner.received.some(({ type }) => type === 'closed')).toBe(false);
    expect((await bob.fetch(`/api/documents/${document}`)).status).toBe(404);
    expect((await bob.fetch(`/api/documents/${document}/chat`)).status).toBe(404);
  });
});

describe('over HTTP', () => {
  test('a chat is read by pages', async () => {
    const ada = await signIn(server);
    const document = await createdBy(ada);
    const client = await NativeClient.onAuthenticated(server, { guest: ada });
    for (const text of ['One', 'Two', 'Three']) {
      const input = { document, text, mentions: [], replyTo: null };
      expect(await run(client, { name: 'chat:send', input })).toBe('done');
    }
    const page = async (query = '') => {
      const response = await ada.fetch(`/api/documents/${document}/chat${query}`);
      return ((await response.json()) as ChatPage).messages.map(({ text }) => text);
    };
    expect(await page()).toEqual(['One', 'Two', 'Three']);
    expect(await page('?before=3')).toEqual(['One', 'Two']);
    expect(await page('?before=1')).toEqual([]);
    expect((await ada.fetch(`/api/documents/${document}/chat?before=x`)).status).toBe(400);
    expect((await ada.fetch('/api/documents/nothing-is-here/chat')).status).toBe(404);
  });

  test('what is opened by a link is on the list a moment later', async () => {
    const [ada, bob] = [await signIn(server), await signIn(server)];
    const document = await createdBy(ada);
    const client = await NativeClient.onAuthenticated(server, { guest: bob });
    client.send({ type: 'subscribe', channel: 0, ref: 1, name: 'library' });
    await client.next('subscribed');
    await client.open(document);
    expect(await client.next('events')).toMatchObject({
      events: [{ name: 'document:listed', document: { id: document, role: 'editor' } }],
    });
    const list = (await (await bob.fetch('/api/documents')).json()) as {
      readonly documents: readonly DocumentSummary[];
    };
    expect(list.documents.map(({ id }) => id)).toContain(document);
  });
});
