import { documentCreate } from '@tandem/protocol';
import { ManualClock, SeededRandom } from '@tandem/testkit';
import { expect, test } from 'vitest';
import { commandIds, newDocumentId } from './ids.ts';

test('command ids are ULIDs that sort in the order of making, also within a millisecond and when the clock goes back', () => {
  let time = 1_700_000_000_000;
  const clock = Object.assign(new ManualClock(), { now: () => time });
  const { next } = commandIds(clock, new SeededRandom(3));
  const ids: string[] = [];
  for (let count = 0; count < 2_000; count++) {
    if (count % 100 === 99) time += count % 200 === 199 ? 5 : -3;
    ids.push(next());
  }
  for (const id of ids) expect(id).toMatch(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/);
  expect(ids.toSorted()).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
});

test('a command id begins with the time, as ten letters', () => {
  const clock = new ManualClock(1_469_918_176_385);
  expect(commandIds(clock, new SeededRandom(1)).next().slice(0, 10)).toBe('01ARYZ6S41');
});

test('a command id is greater than what another page has made before the clock was set back', () => {
  const earlier = commandIds(new ManualClock(1_700_000_000_000), new SeededRandom(1)).next();
  const ids = commandIds(new ManualClock(1_600_000_000_000), new SeededRandom(2));
  ids.follow(earlier);
  ids.follow('not an id');
  const [one, two] = [ids.next(), ids.next()];
  expect([earlier, one, two].toSorted()).toEqual([earlier, one, two]);
});

test('document ids are what the wire takes, and no two are the same', () => {
  const ids = Array.from({ length: 1_000 }, newDocumentId);
  for (const id of ids) expect(documentCreate.shape.id.safeParse(id).success).toBe(true);
  expect(new Set(ids).size).toBe(ids.length);
});
