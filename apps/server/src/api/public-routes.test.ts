/** Pages on the web that change, or fail, while they are made: PB5, PB6 and PB8 of PROTOCOL.md. */
import { errorOf } from '@tandem/protocol';
import { ManualClock } from '@tandem/testkit';
import { expect, test } from 'vitest';
import type { PublicPages } from '../documents/public-pages.ts';
import { EngineError } from '../engine/port.ts';
import { HistoryThreadEnded } from '../history/port.ts';
import type { PublicPage } from '../history/public-page.ts';
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

async function scene(read: () => Promise<PublicPage | null>, address: string | null = null) {
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
    addressOf: () => address,
    isCutOff: () => false,
    securityHeaders: () => ({}),
  });
  return {
    db,
    status: async (path = `/${ID}`) => (await routes.request(path, HEAD, CONNECTION)).status,
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
