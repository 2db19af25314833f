import { expect, test } from 'vitest';
import { isSecretOf, newFileId } from './file-secrets.ts';
import { fileId } from './files.ts';

const bytes = (seed: number) => (count: number) =>
  Uint8Array.from({ length: count }, (_, i) => seed + i);

test('FI10 an id is a ULID of its time, and only its secret fits it', () => {
  const { id, secret } = newFileId(1_700_000_000_000, bytes(1));
  expect(fileId.parse(id)).toBe(id);
  expect({ id, secret }).toEqual({
    id: '01HF7YAT00204EQQEHPBB4QBSD',
    secret: '0102030405060708090a0b0c0d0e0f10',
  });
  expect(isSecretOf(id, secret)).toBe(true);
  const other = newFileId(1_700_000_000_000, bytes(2));
  expect(other.id.slice(0, 10)).toBe(id.slice(0, 10));
  expect(isSecretOf(id, other.secret)).toBe(false);
  expect(isSecretOf(other.id, secret)).toBe(false);
});
