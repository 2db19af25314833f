/** Pages on the web that change, or fail, while they are made: PB5, PB6 and PB8 of PROTOCOL.md. */
import { errorOf } from '@tandem/protocol';
import { ManualClock } from '@tandem/testkit';
import { expect, test } from 'vitest';
import type { PublicPages } from '../documents/public-pages.ts';
import { EngineError } from '../engine/port.ts';
import { HistoryThreadEnded } from '../history/port.ts';
import type { PublicPage } from '../history/public-page.ts';
import { PUBLIC_PAGES } from '../limits.ts';
import { KeyedRateLimiter } from '../runtime/keyed-rate-limiter.ts';
import { createDocument } from '../storage/documents.ts';
import { addPublication, removePublication } from '../storage/publications.ts';
import { temporaryDatabase } from '../storage/testing/temporary-database.ts';
import { createUser, registerUser } from '../storage/users.ts';
import { publicRoutes } from './public-routes.ts';

const ID = 'f'.repeat(32);
const FILE = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
const PAGE: PublicPage = {
  ...{ html: new Uint8Array(1), gzip: new Uint8Array(1), hash: 'hash', files: [FILE] },
};
/** Only the head, which is not written to a connection. */
const HEAD = { method: 'HEAD' };
const CONNECTION = { incoming: { headers: {} } };

async function scene(
  read: () => Promise<PublicPage | null>,
  address: string | null | (() => string) = null,
) {
  const db = await temporaryDatabase();
  await createUser(db, { id: 'ada', name: 'Ada', color: 1, at: 0 });
  await registerUser(db, { id: 'ada', at: 0 });
  await createDocument(db, { id: 'plan', kind: 'page', title: '', owner: 'ada', at: 0 });
  await addPublication(db, { document: 'plan', id: ID, by: 'ada', at: 0 });
  const clock = new ManualClock();
  const rate = () => new KeyedRateLimiter({ rate: { burst: 3, perSecond: 1 }, clock });
  const routes = publicRoutes({
    ...{ db, clock, downloads: null, log: { error() {} } },
    pages: { read } as unknown as PublicPages,
    rates: { pages: rate(), files: rate() },
    addressOf: () => (typeof address === 'function' ? address() : address),
    isCutOff: () => false,
    securityHeaders: () => ({}),
  });
  return {
    db,
    status: async (path = `/${ID}`, request = HEAD) =>
      (await routes.request(path, request, CONNECTION)).status,
  };
}

test('PB6 a page that is taken off while it is made is not shown', async () => {
  let whileMade = async () => {};
  const { db, status } = await scene(async () => {
    await whileMade();
    return PAGE;
  });
  expect(await status()).toBe(200);
  whileMade = () => removePublication(db, 'plan');
  expect(await status()).toBe(404);
});

test.each([
  [new HistoryThreadEnded(errorOf('overloaded')), 503],
  [new EngineError(errorOf('document-damaged')), 500],
  [new Error('a bug'), 500],
])('PB5 a page that cannot be made is a sentence: %s', async (error, status) => {
  const { status: read } = await scene(() => Promise.reject(error));
  expect(await read()).toBe(status);
});

test('PB8 readers are limited by their address, and together only where it is known', async () => {
  const [known, unknown] = [
    await scene(async () => PAGE, '192.0.2.7'),
    await scene(async () => PAGE),
  ];
  const all = async ({ status }: typeof known) => [
    await status(),
    await status(),
    await status(),
    await status(),
  ];
  expect(await all(known)).toEqual([200, 200, 200, 429]);
  expect(await all(unknown)).toEqual([200, 200, 200, 200]);
});

test('PB8 files are limited apart from pages, and by network as those are: of IPv6, the /48', async () => {
  let last = 0;
  const { status } = await scene(
    async () => PAGE,
    () => `2001:db8:7:${(last++).toString(16)}::/64`,
  );
  const all = async (path: string) => {
    const statuses = [];
    for (let i = 0; i < 4; i++) statuses.push(await status(path));
    return statuses;
  };
  // Here are no files.
  expect(await all(`/${ID}/files/${FILE}`)).toEqual([404, 404, 404, 429]);
  expect(await all(`/${ID}`)).toEqual([200, 200, 200, 429]);
});

test('PB10 a page that does not fit beside those on their way is a sentence', async () => {
  const html = new Uint8Array(PUBLIC_PAGES.maxBytesInFlight + 1);
  const { status } = await scene(async () => ({ ...PAGE, html }));
  expect(await status(`/${ID}`, { method: 'GET' })).toBe(503);
});
