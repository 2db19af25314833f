import { describe, expect, test } from 'vitest';
import type { Subscriber } from './subscriber.ts';
import { Roster } from './roster.ts';

const ada = { id: 'ada', name: 'Ada', color: 1 };
const bob = { id: 'bob', name: 'Bob', color: 2 };
let subscriptions = 0;
const visitor = (user: typeof ada, client: number | null): Subscriber => ({
  subscription: ++subscriptions,
  user,
  client,
  deliver: () => {},
});
const member = (user: typeof ada, clients: number[], state = 'active') => ({
  user: user.id,
  name: user.name,
  color: user.color,
  state,
  clients,
});

describe('presence board', () => {
  test('shows one member for all connections of a person', () => {
    const board = new Roster('b');
    const first = board.join(visitor(ada, 10));
    const second = board.join(visitor(ada, 20));
    const third = board.join(visitor(bob, null));
    expect(board.members()).toEqual([member(ada, [10, 20]), member(bob, [])]);
    expect(board.users(1)).toEqual([ada]);
    board.addClient(third, 30);
    board.leave(first);
    expect(board.takeChanges(0)).toMatchObject({
      members: [member(ada, [20]), member(bob, [30])],
      left: [],
    });
    board.leave(second);
    expect(board.takeChanges(0)).toMatchObject({ members: [], left: ['ada'] });
    expect(board.takeChanges(0)).toBeNull();
  });

  test('calls a person idle once all of their connections are', () => {
    const board = new Roster('b');
    const first = board.join(visitor(ada, 10));
    const second = board.join(visitor(ada, 20));
    board.setState(first, 'idle');
    expect(board.members()).toEqual([member(ada, [10, 20])]);
    board.setState(second, 'idle');
    expect(board.members()).toEqual([member(ada, [10, 20], 'idle')]);
    board.setState(first, 'active');
    expect(board.takeChanges(0)).toMatchObject({ members: [member(ada, [10, 20])] });
  });

  test('tells somebody who left and came back as one who is here', () => {
    const board = new Roster('b');
    const presence = board.join(visitor(ada, 10));
    board.takeChanges(0);
    board.leave(presence);
    board.join(visitor({ ...ada, name: 'Augusta' }, 20));
    expect(board.takeChanges(0)).toMatchObject({
      members: [member({ ...ada, name: 'Augusta' }, [20])],
      left: [],
    });
  });

  test('says a new name once', () => {
    const board = new Roster('b');
    board.join(visitor(ada, 10));
    board.takeChanges(0);
    board.rename({ ...ada, color: 5 });
    board.rename(bob);
    expect(board.takeChanges(0)).toMatchObject({
      members: [member({ ...ada, color: 5 }, [10])],
      left: [],
    });
  });

  test('ignores anyone who has left, and whose place another has taken', () => {
    const board = new Roster('b');
    const replaced = board.join(visitor(ada, 10));
    const left = board.join(visitor(ada, 10));
    board.leave(left);
    board.takeChanges(0);
    for (const presence of [replaced, left]) {
      board.leave(presence);
      board.setState(presence, 'idle');
      board.addClient(presence, 1);
      expect(board.acted(presence, 1)).toBe(false);
    }
    expect(board.takeChanges(0)).toBeNull();
    expect(board.counts).toEqual({ active: 0, idle: 0, away: 0 });
  });
});
