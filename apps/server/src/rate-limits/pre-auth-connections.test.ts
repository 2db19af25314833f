import { expect, it } from 'vitest';
import { PreAuthConnections, type PreAuthConnection } from './pre-auth-connections.ts';

function crowd(limits = { inAll: 3, perAddress: 2 }) {
  const pushedOut: string[] = [];
  const preAuthConnections = new PreAuthConnections(limits);
  const come = (name: string, address: string | null = null): PreAuthConnection => {
    const stranger = { address, evict: () => void pushedOut.push(name) };
    preAuthConnections.add(stranger);
    return stranger;
  };
  return { preAuthConnections, pushedOut, come };
}

it('of too many, those who are here the longest have to go', () => {
  const { preAuthConnections, pushedOut, come } = crowd();
  for (const name of ['a', 'b', 'c']) come(name);
  expect(pushedOut).toEqual([]);
  come('d');
  come('e');
  expect(pushedOut).toEqual(['a', 'b']);
  expect(preAuthConnections.size).toBe(3);
});

it('whoever says who they are is not one of them', () => {
  const { preAuthConnections, pushedOut, come } = crowd();
  const first = come('a');
  for (const name of ['b', 'c']) come(name);
  preAuthConnections.remove(first);
  preAuthConnections.remove(first);
  come('d');
  expect(pushedOut).toEqual([]);
});

it('one address has fewer, and gets its places back', () => {
  const { preAuthConnections, come } = crowd();
  const first = come('a', '10.0.0.1');
  come('b', '10.0.0.1');
  expect(preAuthConnections.hasRoomFor('10.0.0.1')).toBe(false);
  expect(preAuthConnections.hasRoomFor('10.0.0.2')).toBe(true);
  expect(preAuthConnections.hasRoomFor(null)).toBe(true);
  preAuthConnections.remove(first);
  expect(preAuthConnections.hasRoomFor('10.0.0.1')).toBe(true);
  for (const name of ['c', 'd', 'e']) come(name);
  // The one that was pushed out counts no longer either.
  expect(preAuthConnections.hasRoomFor('10.0.0.1')).toBe(true);
});
