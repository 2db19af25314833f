import { expect, test } from 'vitest';
import { hashPassword, isPassword } from './password-hash.ts';

test('AC7 a password is stored as an argon2id hash with its parameters', async () => {
  const hashed = await hashPassword('correct horse battery');
  expect(hashed).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(await isPassword(hashed, 'correct horse battery')).toBe(true);
  expect(await isPassword(hashed, 'correct horse batter')).toBe(false);
});

test('a password is the same in composed and decomposed letters', async () => {
  expect(await isPassword(await hashPassword('café au lait'), 'cafe\u0301 au lait')).toBe(true);
});

test('AC5 no password is right for an unknown person', async () => {
  expect(await isPassword(null, '')).toBe(false);
});
