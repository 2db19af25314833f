/** Backlinks over HTTP: fresh a moment after they were written, and only for those who may read both ends. */
import { ulid } from 'ulid';
import { expect, test } from 'vitest';
import type { Backlinks } from '@tandem/protocol';
import { RunningServer } from './running-server.ts';
import { atEndOfFile } from './shared.ts';
import { signIn, type SignedIn } from './signed-in.ts';

/** Fresh within two seconds of an answer; the rest is for a busy machine. */
const FRESH = { timeout: 10_000, interval: 50 };

const server = await RunningServer.start({}, atEndOfFile());

async function page(guest: SignedIn, title: string): Promise<string> {
  const id = `page-${ulid()}`;
  const answer = await guest.fetch('/api/documents', { method: 'POST', body: { id, title } });
  expect(answer.status).toBe(200);
  return id;
}

async function write({ cookie }: SignedIn, document: string, text: string): Promise<void> {
  const answer = await fetch(`${server.url}/api/documents/${document}/markdown`, {
    method: 'PUT',
    headers: { Cookie: cookie },
    body: text,
  });
  expect(answer.status).toBe(200);
}

async function backlinks(guest: SignedIn, document: string): Promise<Backlinks['documents']> {
  const answer = await guest.fetch(`/api/documents/${document}/backlinks`);
  expect(answer.status).toBe(200);
  return ((await answer.json()) as Backlinks).documents;
}

test('BL1 BL3 BL4 a link is known within two seconds, with the words around it, and gone as soon', async () => {
  const ada = await signIn(server);
  const [tide, plan] = [await page(ada, 'Tide log'), await page(ada, 'Plan')];
  await write(
    ada,
    plan,
    `High water is in [the **tide** log](${server.url}/d/${tide}), as always.`,
  );
  await expect.poll(() => backlinks(ada, tide), FRESH).toHaveLength(1);
  expect(await backlinks(ada, tide)).toEqual([
    {
      ...{ document: plan, kind: 'page', title: 'Plan', updatedAt: expect.any(Number) as number },
      excerpt: 'High water is in the tide log, as always.',
      matches: [{ from: 17, to: 29 }],
    },
  ]);
  await write(ada, plan, `High water is elsewhere: https://example.org/d/${tide}`);
  await expect.poll(() => backlinks(ada, tide), FRESH).toEqual([]);
});

test('BL2 a person with the target alone sees nothing of the others', async () => {
  const [ada, eve] = [await signIn(server), await signIn(server)];
  const [tide, plan] = [await page(ada, 'Tide log'), await page(ada, 'Secret plan')];
  await write(ada, plan, `See [the tide log](/d/${tide}).`);
  await expect.poll(() => backlinks(ada, tide), FRESH).toHaveLength(1);
  // Eve may read both, if she has their links. She has one.
  expect(await backlinks(eve, tide)).toEqual([]);
  expect((await eve.fetch(`/api/documents/page-${ulid()}/backlinks`)).status).toBe(404);
});
