import { expect, test } from 'vitest';
import type { ServerCall } from './command-runner.ts';
import { subjectsOf } from './command-subjects.ts';

const BY = { isNamed: false, session: 's' };
const [ADMINISTRATORS, GROUPS, TREE] = ['all administrators', 'all groups', 'tree of documents'];
const group = '01JD0000000000000000000001';
const person = { group, person: 'ned', by: BY };
const document = 'd';

const CALLS: readonly (readonly [ServerCall, readonly string[]])[] = [
  [{ name: 'group:create', input: { group, name: 'Crew', by: BY } }, [ADMINISTRATORS, GROUPS]],
  [{ name: 'group:delete', input: { group, by: BY } }, [ADMINISTRATORS, GROUPS]],
  [{ name: 'group:join', input: person }, ['ned', ADMINISTRATORS, GROUPS, TREE]],
  [{ name: 'group:leave', input: person }, ['ned', ADMINISTRATORS, GROUPS, TREE]],
  [
    { name: 'group:share', input: { document, group, role: 'viewer', isNamed: false } },
    [document, GROUPS],
  ],
  [{ name: 'group:end-role', input: { document, group } }, [document, GROUPS]],
  [{ name: 'group:finish-deletion', input: { group } }, [GROUPS]],
  [{ name: 'member:change', input: { document, user: 'ned', role: 'viewer' } }, [document, 'ned']],
  [{ name: 'member:remove', input: { document, user: 'ned' } }, [document, 'ned']],
  [
    { name: 'access:answer', input: { document, user: 'ned', role: null } },
    [document, 'ned', GROUPS],
  ],
  [{ name: 'address:claim', input: { document, issuers: [] } }, [document, GROUPS]],
  [{ name: 'account:merge-guest', input: { guest: 'zoe', take: true } }, ['zoe', GROUPS]],
  [{ name: 'link:change', input: { document, link: 'off' } }, [document, GROUPS]],
  [{ name: 'link:protect', input: { document, passwordHash: null } }, [document, GROUPS]],
  [{ name: 'link:expire', input: { document } }, [document, GROUPS]],
  [{ name: 'document:move', input: { document, parent: null } }, [document, TREE]],
  [{ name: 'document:trash', input: { document } }, [document, TREE]],
  [{ name: 'document:rename', input: { document, title: 'Plan' } }, [document]],
  [{ name: 'chat:send', input: { document, text: 'Hi', mentions: [], replyTo: null } }, [document]],
];

test.each(CALLS)('TR3 AD7 GR9 the subjects of %j', (call, subjects) => {
  const command = { ...call, id: '01K00000000000000000000001' };
  expect(subjectsOf({ user: 'ada', command }).toSorted()).toEqual(['ada', ...subjects].toSorted());
});

test('GR9 nobody’s id is a subject of many', () => {
  for (const [, subjects] of CALLS)
    for (const subject of subjects)
      if (subject.includes('all') || subject.includes('tree')) expect(subject).toContain(' ');
});
