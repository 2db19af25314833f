/** How many downloads run at once: FI7, and PB8 of PROTOCOL.md. */
import { Readable } from 'node:stream';
import { ManualClock } from '@tandem/testkit';
import { expect, test } from 'vitest';
import type { Metrics } from '../metrics/metrics.ts';
import type { StoredFileRow } from '../storage/files.ts';
import type { ObjectStore } from '../storage/objects/object-store.ts';
import { FileDownloads } from './file-downloads.ts';
import { FILES } from './limits.ts';

test.each([
  ['one reader', 'public 192.0.2.7', FILES.maxDownloadsPerUser],
  ['all readers who are not known', null, FILES.maxDownloadsOfUnknown],
])('PB8 %s: so many at once', async (_who, user, max) => {
  const count = { add() {} };
  const downloads = new FileDownloads({
    objects: { read: async () => new Readable({ read() {} }) } as unknown as ObjectStore,
    metrics: { fileTransfers: { of: () => count }, fileBytes: count } as unknown as Metrics,
    clock: new ManualClock(),
  });
  const file = { key: 'a' } as StoredFileRow;
  const open = (by: string | null) =>
    downloads.open({ file, range: undefined, user: by, isAllowed: async () => true });
  const running = [];
  for (let i = 0; i < max; i++) running.push(await open(user));
  expect(running).not.toContain('too-many');
  expect(await open(user)).toBe('too-many');
  expect(await open('another')).not.toBe('too-many');
  const [first] = running;
  if (first instanceof Readable) first.destroy();
  await expect.poll(() => open(user)).not.toBe('too-many');
});
