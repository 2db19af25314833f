/** The tree over the wire: open documents follow what changes around them. */
import { describe, expect, test } from 'vitest';
import { ulid } from 'ulid';
import type { Call, ErrorCode, TreePage } from '@tandem/protocol';
import { eventually } from './eventually.ts';
import { newDocument } from './event-client.ts';
import { NativeClient } from './native-client.ts';
import { RunningServer } from './running-server.ts';
import { atEndOfFile } from './shared.ts';
import { signIn } from './signed-in.ts';
import { PROMISED_SECOND_MS } from './promised-second.ts';

const server = await RunningServer.start({}, atEndOfFile());

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

/** Ada’s plan with a page two levels inside it; Bob has the page open by the plan's link. */
async function openInside() {
  const [ada, bob] = [await signIn(server), await signIn(server)];
  const owner = await NativeClient.onAuthenticated(server, { guest: ada });
  const guest = await NativeClient.onAuthenticated(server, { guest: bob });
  const [plan, chapter, page] = [newDocument(), newDocument(), newDocument()];
  for (const input of [
    { document: plan },
    { document: chapter, parent: plan },
    { document: page, parent: chapter },
  ])
    expect(await run(owner, { name: 'document:create', input })).toBe('done');
  const { channel, access } = await guest.open(page);
  expect(access).toBe('edit');
  return { ada, bob, owner, guest, plan, chapter, page, channel };
}

async function withinTime(step: () => Promise<unknown>): Promise<void> {
  const beganMs = performance.now();
  await step();
  expect(performance.now() - beganMs).toBeLessThan(PROMISED_SECOND_MS);
}

describe('TR5 W36 an open document', () => {
  test('follows the link of the document around it', async () => {
    const { owner, guest, plan, channel } = await openInside();
    await withinTime(async () => {
      const input = { document: plan, link: 'view' } as const;
      expect(await run(owner, { name: 'link:change', input })).toBe('done');
      expect(await guest.next('document:changed')).toMatchObject({ channel, access: 'view' });
    });
  });

  test('W47 shows with whom it is shared, when that changes around it', async () => {
    const { owner, plan, page } = await openInside();
    const name = `sharing:${page}` as const;
    owner.send({ type: 'subscribe', channel: 0, ref: 7, name });
    expect(await owner.next('subscribed')).toMatchObject({ name, state: { link: 'edit' } });
    await withinTime(async () => {
      const input = { document: plan, link: 'off' } as const;
      expect(await run(owner, { name: 'link:change', input })).toBe('done');
      const again = await owner.next('subscribed');
      expect(again).toMatchObject({ name, recovered: false, state: { link: 'off' } });
      expect(again.state).toMatchObject({ members: [{ role: 'owner' }] });
    });
  });

  test('TR7 is closed when the document around it moves where its reader may not be', async () => {
    const { owner, guest, chapter, page, channel } = await openInside();
    await withinTime(async () => {
      const input = { document: chapter, parent: null, position: 'a0' };
      expect(await run(owner, { name: 'document:move', input })).toBe('done');
      expect(await guest.next('closed')).toMatchObject({ channel, error: { code: 'forbidden' } });
    });
    expect(
      await run(guest, { name: 'document:rename', input: { document: page, title: 'No' } }),
    ).toBe('not-found');
  });

  test('TR8 is closed when the document around it goes to the trash, and opens when it is back', async () => {
    const { owner, guest, plan, page, channel } = await openInside();
    await withinTime(async () => {
      expect(await run(owner, { name: 'document:trash', input: { document: plan } })).toBe('done');
      expect(await guest.next('closed')).toMatchObject({ channel, error: { code: 'in-trash' } });
    });
    expect(await run(owner, { name: 'document:restore', input: { document: plan } })).toBe('done');
    expect((await guest.open(page)).access).toBe('edit');
  });
});

test('TR2 the tree and the path of a document are read over HTTP', async () => {
  const { ada, bob, plan, chapter, page } = await openInside();
  const tree = async (query: string) =>
    (await (await ada.fetch(`/api/documents/tree${query}`)).json()) as TreePage;
  const top = await tree('');
  expect(top.documents.map(({ id }) => id)).toContain(plan);
  expect(await tree(`?in=${plan}`)).toMatchObject({ documents: [{ id: chapter }], next: null });
  const place = `?in=${plan}&after=${top.documents.at(-1)?.position}.${plan}`;
  expect((await ada.fetch(`/api/documents/tree${place}`)).status).toBe(200);
  expect((await ada.fetch('/api/documents/tree?after=x')).status).toBe(400);
  const path = await (await ada.fetch(`/api/documents/${page}/path`)).json();
  expect(path).toMatchObject({ documents: [{ id: plan }, { id: chapter }, { id: page }] });
  await expect
    .poll(async () => await (await bob.fetch(`/api/documents/${page}/path`)).json())
    .toMatchObject({ documents: [{ id: page, parent: null }] });
});
