import { expect, test } from 'vitest';
import { NodeDirectory } from './node-directory.ts';

const self = { node: 'a', boot: 'boot-a' };
const STARTED_MS = 5000;

function createDirectory(): { directory: NodeDirectory; changes: string[] } {
  const changes: string[] = [];
  const directory = new NodeDirectory(self, STARTED_MS, ({ kind, peer }) =>
    changes.push(`${kind} ${peer.boot}`),
  );
  return { directory, changes };
}

const heartbeat = (node: string, boot: string, startedAtMs = 1000) =>
  ({
    kind: 'heartbeat',
    from: { node, boot },
    startedAtMs,
    hasTopics: true,
    wantsReply: false,
  }) as const;

test('BU11: a lease ends 10 s after the last heartbeat', () => {
  const { directory, changes } = createDirectory();
  directory.handleHeartbeat(heartbeat('b', 'one'), 0);
  directory.handleHeartbeat(heartbeat('b', 'one'), 2000);
  directory.expire(11_999);
  expect(changes).toEqual(['joined one']);
  directory.expire(12_000);
  expect(changes).toEqual(['joined one', 'lost one']);
  directory.handleHeartbeat(heartbeat('b', 'one'), 30_000);
  expect(changes).toEqual(['joined one', 'lost one', 'joined one']);
});

test('BU9: leases last longer by a pause of this process', () => {
  const { directory, changes } = createDirectory();
  directory.handleHeartbeat(heartbeat('b', 'one'), 0);
  directory.forgive(30_000);
  directory.expire(39_999);
  expect(changes).toEqual(['joined one']);
  directory.expire(40_000);
  expect(changes).toEqual(['joined one', 'lost one']);
});

test('BU11: what a node that left said before does not bring it back, for 20 s', () => {
  const { directory, changes } = createDirectory();
  directory.handleHeartbeat(heartbeat('b', 'one'), 0);
  directory.handleLeaving({ node: 'b', boot: 'one' }, 100);
  directory.handleLeaving({ node: 'b', boot: 'one' }, 150);
  directory.handleHeartbeat(heartbeat('b', 'one'), 200);
  expect(changes).toEqual(['joined one', 'left one']);
  directory.expire(20_150);
  directory.handleHeartbeat(heartbeat('b', 'one'), 20_200);
  expect(changes).toEqual(['joined one', 'left one', 'joined one']);
});

test('BU11: messages of two boots in any order end at the later one', () => {
  const { directory, changes } = createDirectory();
  directory.handleHeartbeat(heartbeat('b', 'two', 2000), 0);
  directory.handleHeartbeat(heartbeat('b', 'one', 1000), 1);
  directory.handleLeaving({ node: 'b', boot: 'one' }, 2);
  expect(changes).toEqual(['joined two']);
  directory.handleHeartbeat(heartbeat('b', 'three', 3000), 3);
  directory.handleHeartbeat(heartbeat('b', 'two', 2000), 4);
  expect(changes).toEqual(['joined two', 'restarted two', 'joined three']);
  expect(directory.peers).toEqual([{ node: 'b', boot: 'three', startedAtMs: 3000 }]);
});

test('BU13: a later process with the own name, until it leaves or is silent', () => {
  const { directory, changes } = createDirectory();
  directory.handleHeartbeat(heartbeat('a', 'boot-a', STARTED_MS), 0);
  directory.handleHeartbeat(heartbeat('a', 'earlier', STARTED_MS - 1), 0);
  expect(directory.isReplaced(0)).toBe(false);
  directory.handleHeartbeat(heartbeat('a', 'later', STARTED_MS + 1), 0);
  expect(directory.isReplaced(9999)).toBe(true);
  expect(directory.isReplaced(10_000)).toBe(false);
  directory.handleHeartbeat(heartbeat('a', 'later', STARTED_MS + 1), 11_000);
  directory.handleLeaving({ node: 'a', boot: 'later' }, 11_001);
  expect(directory.isReplaced(11_001)).toBe(false);
  expect(changes).toEqual([]);
});

test('BU13: both of two processes that started in one millisecond decide alike', () => {
  const { directory } = createDirectory();
  directory.handleHeartbeat(heartbeat('a', 'boot-b', STARTED_MS), 0);
  expect(directory.isReplaced(0)).toBe(true);
  const other = new NodeDirectory({ node: 'a', boot: 'boot-b' }, STARTED_MS, () => undefined);
  other.handleHeartbeat(heartbeat('a', 'boot-a', STARTED_MS), 0);
  expect(other.isReplaced(0)).toBe(false);
});
