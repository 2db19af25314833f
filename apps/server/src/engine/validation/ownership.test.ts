import { expect, test } from 'vitest';
import { checkOwnership } from './ownership.ts';

const range = (client: number) => ({ client, from: 0, to: 1 });
const owners = new Map([
  [1, 'ann'],
  [2, 'ann'],
  [3, 'ben'],
]);
const ownerOf = (client: number): string | undefined => owners.get(client);

test('a user’s own client ids are accepted, also from another tab or an earlier visit', () => {
  expect(checkOwnership([range(1), range(2)], 'ann', ownerOf)).toEqual({ kind: 'ok', claims: [] });
});

test('unowned client ids are claimed', () => {
  expect(checkOwnership([range(9), range(1), range(8)], 'ann', ownerOf)).toEqual({
    kind: 'ok',
    claims: [9, 8],
  });
});

test('another user’s client id is refused, whatever else the update contains', () => {
  expect(checkOwnership([range(9), range(3), range(1)], 'ann', ownerOf)).toEqual({
    kind: 'taken',
    client: 3,
  });
});

test('any user may send an update that adds nothing', () => {
  expect(checkOwnership([], 'ann', ownerOf)).toEqual({ kind: 'ok', claims: [] });
});
