import { expect, it } from 'vitest';
import { Strangers, type Stranger } from './strangers.ts';

function crowd(limits = { inAll: 3, perAddress: 2 }) {
  const pushedOut: string[] = [];
  const strangers = new Strangers(limits);
  const come = (name: string, address: string | null = null): Stranger => {
    const stranger = { address, pushOut: () => void pushedOut.push(name) };
    strangers.add(stranger);
    return stranger;
  };
  return { strangers, pushedOut, come };
}

it('of too many, those who are here the longest have to go', () => {
  const { strangers, pushedOut, come } = crowd();
  for (const name of ['a', 'b', 'c']) come(name);
  expect(pushedOut).toEqual([]);
  come('d');
  come('e');
  expect(pushedOut).toEqual(['a', 'b']);
  expect(strangers.size).toBe(3);
});

it('whoever says who they are is not one of them', () => {
  const { strangers, pushedOut, come } = crowd();
  const first = come('a');
  for (const name of ['b', 'c']) come(name);
  strangers.remove(first);
  strangers.remove(first);
  come('d');
  expect(pushedOut).toEqual([]);
});

it('one address has fewer, and gets its places back', () => {
  const { strangers, come } = crowd();
  const first = come('a', '10.0.0.1');
  come('b', '10.0.0.1');
  expect(strangers.admits('10.0.0.1')).toBe(false);
  expect(strangers.admits('10.0.0.2')).toBe(true);
  expect(strangers.admits(null)).toBe(true);
  strangers.remove(first);
  expect(strangers.admits('10.0.0.1')).toBe(true);
  for (const name of ['c', 'd', 'e']) come(name);
  // The one that was pushed out counts no longer either.
  expect(strangers.admits('10.0.0.1')).toBe(true);
});
