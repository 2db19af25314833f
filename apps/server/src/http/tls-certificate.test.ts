import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encryptKey, selfSigned } from './testing/self-signed.ts';
import { readTlsCertificate, type TlsFiles } from './tls-certificate.ts';

const DAY_MS = 86_400_000;
let folder: string;
let files: TlsFiles;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tandem-'));
  files = await selfSigned(folder);
  await selfSigned(folder, { name: 'other' });
  await writeFile(join(folder, 'empty'), '');
  await encryptKey(files.key, join(folder, 'locked'));
});
afterAll(() => rm(folder, { recursive: true }));

test('reads a certificate and its key, and when it expires', async () => {
  const now = Date.now();
  const reading = await readTlsCertificate(files, now);
  if (reading.kind === 'problem') throw new Error(reading.sentence);
  expect(reading.expiresAt - now).toBeGreaterThan(1.9 * DAY_MS);
});

const problemWith = async (wrong: Partial<TlsFiles>, now = Date.now()): Promise<string | null> => {
  const reading = await readTlsCertificate({ ...files, ...wrong }, now);
  return reading.kind === 'problem' ? reading.sentence.replaceAll(folder, '') : null;
};

test.each([
  [
    'no certificate there',
    { certificate: 'none' },
    'TLS_CERT is "/none", and there is no such file.',
  ],
  ['no key there', { key: 'none' }, 'TLS_KEY is "/none", and there is no such file.'],
  ['a folder', { key: '' }, 'TLS_KEY is "", which is a folder. It must be a file in PEM format.'],
  [
    'an empty certificate',
    { certificate: 'empty' },
    'TLS_CERT is "/empty", which holds no certificate in PEM format.',
  ],
  [
    'a key in place of the certificate',
    { certificate: 'localhost.key' },
    'TLS_CERT is "/localhost.key", which holds no certificate in PEM format.',
  ],
  [
    'a key with a passphrase',
    { key: 'locked' },
    'TLS_KEY is "/locked", which holds no private key in PEM format that opens without a passphrase.',
  ],
  [
    'the key of another certificate',
    { key: 'other.key' },
    'TLS_KEY is "/other.key", which is not the key of the first certificate in TLS_CERT, "/localhost.crt".',
  ],
])('says that there is %s', async (_, wrong, sentence) => {
  const paths = Object.fromEntries(
    Object.entries(wrong).map(([name, path]) => [name, path === '' ? folder : join(folder, path)]),
  );
  expect(await problemWith(paths)).toBe(sentence);
});

test('says that it expired, or is not valid yet', async () => {
  expect(await problemWith({}, Date.now() + 3 * DAY_MS)).toMatch(
    /^TLS_CERT is "\/localhost.crt", whose certificate expired at \d{4}-\d\d-\d\dT[\d:]+Z\. Renew it\.$/,
  );
  expect(await problemWith({}, Date.now() - DAY_MS)).toMatch(
    /is valid only from \d{4}-[^ ]+Z on\. Check the clock of this machine\.$/,
  );
});
