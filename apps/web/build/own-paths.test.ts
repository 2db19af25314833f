import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { OWN_PATHS } from './own-paths.ts';

const isOwn = (path: string) => OWN_PATHS.some((pattern) => pattern.test(path));

test('each screen of the application is one of its addresses', () => {
  const router = readFileSync(new URL('../src/router.tsx', import.meta.url), 'utf8');
  const patterns = [...router.matchAll(/^ {2}'(?<path>\/.*)': screen\(/gm)].map(
    ({ groups }) => groups?.['path'] ?? '',
  );
  expect(patterns.length).toBeGreaterThan(8);
  expect(patterns.filter((pattern) => !isOwn(pattern.replace('$document', 'a')))).toEqual([]);
});

test('what others answer at the same host is not', () => {
  const others = ['/api/session', '/oauth2/sign_in', '/trashed', '/administrations', '/x'];
  expect(others.filter(isOwn)).toEqual([]);
});
