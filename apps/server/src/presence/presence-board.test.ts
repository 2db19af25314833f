import { describe, expect, it } from 'vitest';
import { PresenceBoard } from './presence-board.ts';

const ada = { id: 'ada', name: 'Ada', color: 1 };
const bob = { id: 'bob', name: 'Bob', color: 2 };
const member = (user: typeof ada, clients: number[], state = 'active') => ({
  user: user.id,
  name: user.name,
  color: user.color,
  state,
  clients,
});

describe('presence board', () => {
  it('shows one member for all connections of a person', () => {
    const board = new PresenceBoard('b');
    board.join(1, { user: ada, client: 10 });
    board.join(2, { user: ada, client: 20 });
    board.join(3, { user: bob, client: null });
    expect(board.members()).toEqual([member(ada, [10, 20]), member(bob, [])]);
    expect(board.users(1)).toEqual([ada]);
    board.addClient(3, 30);
    board.leave(1);
    expect(board.takeChanges(0)).toMatchObject({
      members: [member(ada, [20]), member(bob, [30])],
      left: [],
    });
    board.leave(2);
    expect(board.takeChanges(0)).toMatchObject({ members: [], left: ['ada'] });
    expect(board.takeChanges(0)).toBeNull();
  });

  it('calls a person idle once all of their connections are', () => {
    const board = new PresenceBoard('b');
    board.join(1, { user: ada, client: 10 });
    board.join(2, { user: ada, client: 20 });
    board.setState(1, 'idle');
    expect(board.members()).toEqual([member(ada, [10, 20])]);
    board.setState(2, 'idle');
    expect(board.members()).toEqual([member(ada, [10, 20], 'idle')]);
    board.setState(1, 'active');
    expect(board.takeChanges(0)).toMatchObject({ members: [member(ada, [10, 20])] });
  });

  it('tells somebody who left and came back as one who is here', () => {
    const board = new PresenceBoard('b');
    board.join(1, { user: ada, client: 10 });
    board.takeChanges(0);
    board.leave(1);
    board.join(2, { user: { ...ada, name: 'Augusta' }, client: 20 });
    expect(board.takeChanges(0)).toMatchObject({
      members: [member({ ...ada, name: 'Augusta' }, [20])],
      left: [],
    });
  });

  it('says a new name once', () => {
    const board = new PresenceBoard('b');
    board.join(1, { user: ada, client: 10 });
    board.takeChanges(0);
    board.rename({ ...ada, color: 5 });
    board.rename(bob);
    expect(board.takeChanges(0)).toMatchObject({
      members: [member({ ...ada, color: 5 }, [10])],
      left: [],
    });
  });

  it('ignores subscriptions that it does not know', () => {
    const board = new PresenceBoard('b');
    board.leave(9);
    board.setState(9, 'idle');
    board.addClient(9, 1);
    expect(board.takeChanges(0)).toBeNull();
  });
});
