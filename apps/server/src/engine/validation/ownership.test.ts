import { expect, test } from 'vitest';
import { checkOwnership } from './ownership.ts';

const range = (client: number) => ({ client, from: 0, to: 1 });
const owners = new Map([
  [1, 'ann'],
  [2, 'ann'],
  [3, 'ben'],
]);
const ownerOf = (client: number): string | undefined => owners.get(client);

test('one’s own client ids are welcome, from another tab or an earlier visit too', () => {
  expect(checkOwnership([range(1), range(2)], 'ann', ownerOf)).toEqual({ kind: 'ok', claims: [] });
});

test('client ids that nobody owns are claimed', () => {
  expect(checkOwnership([range(9), range(1), range(8)], 'ann', ownerOf)).toEqual({
    kind: 'ok',
    claims: [9, 8],
  });
});

test('somebody else’s client id is refused, whatever comes with it', () => {
  expect(checkOwnership([range(9), range(3), range(1)], 'ann', ownerOf)).toEqual({
    kind: 'taken',
    client: 3,
  });
});

test('an update that adds nothing is anybody’s', () => {
  expect(checkOwnership([], 'ann', ownerOf)).toEqual({ kind: 'ok', claims: [] });
});
