import { describe, expect, test } from 'vitest';
import type { LinkAccess } from '@tandem/protocol';
import { listDocuments } from '../../database/documents.ts';
import { rolesIn } from '../../database/roles.ts';
import { createUser } from '../../database/users.ts';
import { MAX_MEMBERS, MAX_TOLD_LIBRARIES, SAME_VISIT_MS } from '../../limits.ts';
import { DOCUMENT as document, meet, stageWithRoles, type Stage } from './testing/stage.ts';

const setLink = (stage: Stage, link: LinkAccess) =>
  stage.do('ada', { name: 'link:change', input: { document, link } });

const give = (stage: Stage, user: string, role: 'editor' | 'viewer') =>
  stage.do('ada', { name: 'member:change', input: { document, user, role } });

/** What a person's library was told last, without the hour. */
const told = (stage: Stage, user: string) => {
  const { at: _at, command: _command, ...event } = stage.library(user).at(-1)!;
  return event;
};

const rolesNow = async (stage: Stage) => {
  const roleOf = await rolesIn(stage.db, document);
  return ['ada', 'ed', 'vi', 'lin'].map(roleOf);
};

describe('a link', () => {
  test('changes what those may do who have no role of their own', async () => {
    const stage = await stageWithRoles();
    expect(await rolesNow(stage)).toEqual(['owner', 'editor', 'viewer', 'editor']);
    await setLink(stage, 'view');
    expect(await rolesNow(stage)).toEqual(['owner', 'editor', 'viewer', 'viewer']);
    await setLink(stage, 'off');
    expect(await rolesNow(stage)).toEqual(['owner', 'editor', 'viewer', null]);
  });

  test('tells the libraries of those for whom something changes, each their own role', async () => {
    const stage = await stageWithRoles();
    const before = ['ada', 'ed', 'vi'].map((user) => stage.library(user).length);
    await setLink(stage, 'view');
    expect(told(stage, 'lin')).toMatchObject({
      name: 'document:listed',
      document: { id: document, title: 'Plan', role: 'viewer' },
    });
    await setLink(stage, 'off');
    expect(told(stage, 'lin')).toEqual({ name: 'document:unlisted', document });
    await setLink(stage, 'edit');
    expect(told(stage, 'lin')).toMatchObject({
      name: 'document:listed',
      document: { role: 'editor' },
    });
    expect(['ada', 'ed', 'vi'].map((user) => stage.library(user).length)).toEqual(before);
    expect(stage.effects.slice(-5)).toEqual([
      { kind: 'access-changed', document },
      { kind: 'access-changed', document },
      { kind: 'unlisted', document, user: 'lin' },
      { kind: 'access-changed', document },
      { kind: 'listed', document, user: 'lin' },
    ]);
  });

  test('tells no more libraries than there is a limit', async () => {
    const stage = await stageWithRoles();
    await stage.db
      .insertInto('visit')
      .values(
        Array.from({ length: MAX_TOLD_LIBRARIES }, (_, i) => ({
          user: `u${i}`,
          document,
          opened_at: stage.now + 1 + i,
        })),
      )
      .execute();
    const before = stage.library('lin').length;
    await setLink(stage, 'view');
    expect(stage.library('lin')).toHaveLength(before);
    expect(stage.library('u0')).toHaveLength(1);
    await stage.do('ada', { name: 'document:rename', input: { document, title: 'Plan B' } });
    expect(stage.library('lin')).toHaveLength(before);
    expect(told(stage, `u${MAX_TOLD_LIBRARIES - 1}`)).toMatchObject({ name: 'document:renamed' });
  });

  test('that stays as it is changes nothing', async () => {
    const stage = await stageWithRoles();
    const events = stage.sharing().length;
    await setLink(stage, 'edit');
    expect(stage.sharing()).toHaveLength(events);
  });
});

describe('a role', () => {
  test('that was given counts, whatever the link gives', async () => {
    const stage = await stageWithRoles();
    await stage.do('ada', {
      name: 'member:change',
      input: { document, user: 'lin', role: 'viewer' },
    });
    expect(await rolesNow(stage)).toEqual(['owner', 'editor', 'viewer', 'viewer']);
    expect(told(stage, 'lin')).toMatchObject({ document: { role: 'viewer' } });
    await stage.do('ada', { name: 'member:remove', input: { document, user: 'lin' } });
    expect(told(stage, 'lin')).toMatchObject({ document: { role: 'editor' } });
    expect(stage.sharing().at(-1)).toMatchObject({
      name: 'member:changed',
      member: { user: { id: 'lin' }, role: 'editor', isOwn: false },
    });
  });

  test('that is taken takes the document off the list when the link gives nothing', async () => {
    const stage = await stageWithRoles();
    await setLink(stage, 'off');
    await stage.do('ada', { name: 'member:remove', input: { document, user: 'vi' } });
    expect(told(stage, 'vi')).toEqual({ name: 'document:unlisted', document });
    expect(stage.sharing().at(-1)).toMatchObject({ name: 'member:removed', user: 'vi' });
    expect(await rolesNow(stage)).toEqual(['owner', 'editor', null, null]);
  });

  test('puts the document on the list of somebody who never came, as new until they open it', async () => {
    const stage = await stageWithRoles();
    await give(stage, 'ned', 'editor');
    const listed = { name: 'document:listed', document: { id: document, role: 'editor' } };
    expect(told(stage, 'ned')).toMatchObject({ ...listed, document: { isNew: true } });
    expect(stage.effects).toContainEqual({ kind: 'listed', document, user: 'ned' });
    await give(stage, 'ned', 'viewer');
    expect(told(stage, 'ned')).toMatchObject({ document: { role: 'viewer', isNew: true } });
    stage.now += SAME_VISIT_MS;
    await stage.do('ned', { name: 'document:visit', input: { document } });
    expect(told(stage, 'ned')).toMatchObject({ document: { role: 'viewer' } });
    expect(told(stage, 'ned')).not.toHaveProperty('document.isNew');
    expect(stage.library('ned')).toHaveLength(3);
    await give(stage, 'lin', 'editor');
    expect(stage.library('lin')).toHaveLength(1);
  });

  test('that is taken takes the document away from somebody who never opened it, whatever the link gives', async () => {
    const stage = await stageWithRoles();
    await give(stage, 'ned', 'editor');
    await stage.do('ada', { name: 'member:remove', input: { document, user: 'ned' } });
    expect(told(stage, 'ned')).toEqual({ name: 'document:unlisted', document });
    expect(stage.sharing().at(-1)).toMatchObject({ name: 'member:removed', user: 'ned' });
    expect(stage.effects.at(-1)).toEqual({ kind: 'unlisted', document, user: 'ned' });
    expect(await listDocuments(stage.db, 'ned')).toEqual([]);
  });

  test('that changes does not bring back what its person took off the list', async () => {
    const stage = await stageWithRoles();
    await stage.do('vi', { name: 'document:unlist', input: { document } });
    await give(stage, 'vi', 'editor');
    expect(told(stage, 'vi')).toEqual({ name: 'document:unlisted', document });
    await meet(stage.db, ['ada', 'vi']);
    await stage.do('ada', { name: 'member:remove', input: { document, user: 'vi' } });
    await give(stage, 'vi', 'viewer');
    expect(told(stage, 'vi')).toMatchObject({ document: { role: 'viewer', isNew: true } });
  });

  test('PE2 is given to nobody whom its owner has not met, as if they were not there', async () => {
    const stage = await stageWithRoles();
    await createUser(stage.db, { id: 'eve', name: 'Eve', color: 0, at: 0 });
    const giveTo = (user: string) =>
      stage.run('ada', { name: 'member:change', input: { document, user, role: 'editor' } });
    const answer = await giveTo('eve');
    expect(answer).toMatchObject({ kind: 'refused', error: { code: 'not-found' } });
    expect(await giveTo('nobody')).toEqual(answer);
    await meet(stage.db, ['eve', 'ada']);
    expect(await giveTo('eve')).toMatchObject({ kind: 'done' });
    expect(told(stage, 'eve')).toMatchObject({ document: { id: document, isNew: true } });
    expect(stage.library('eve')).toHaveLength(1);
  });

  test('is given to so many people', async () => {
    const stage = await stageWithRoles();
    const giveOne = (user: string, role: 'editor' | 'viewer' = 'viewer') =>
      stage.run('ada', { name: 'member:change', input: { document, user, role } });
    for (let i = 0; i <= MAX_MEMBERS; i++) {
      await createUser(stage.db, { id: `u${i}`, name: 'Somebody', color: 0, at: 0 });
      await meet(stage.db, ['ada', `u${i}`]);
    }
    const answers = [];
    for (let i = 0; i <= MAX_MEMBERS; i++) answers.push((await giveOne(`u${i}`)).kind);
    expect(answers.filter((kind) => kind === 'done')).toHaveLength(MAX_MEMBERS - 2);
    expect(await giveOne('u0', 'editor')).toMatchObject({ kind: 'done' });
  });
});

describe('a list', () => {
  test('has what was opened by a link, once, with how far its chat was read', async () => {
    const stage = await stageWithRoles();
    const { effects } = stage;
    expect(stage.library('lin')).toHaveLength(1);
    expect(told(stage, 'lin')).toMatchObject({
      name: 'document:listed',
      document: { id: document, role: 'editor', chatRead: 0 },
    });
    expect(effects).toContainEqual({ kind: 'listed', document, user: 'lin' });
    await stage.do('lin', { name: 'document:visit', input: { document } });
    expect(stage.library('lin')).toHaveLength(1);
    expect(stage.sharing()).toContainEqual(
      expect.objectContaining({
        name: 'member:changed',
        member: { user: expect.objectContaining({ id: 'lin' }), role: 'editor', isOwn: false },
      }),
    );
  });

  test('loses what its person takes off, and nobody else’s does', async () => {
    const stage = await stageWithRoles();
    await stage.do('lin', { name: 'document:unlist', input: { document } });
    expect(told(stage, 'lin')).toEqual({ name: 'document:unlisted', document });
    expect(stage.sharing().at(-1)).toMatchObject({ name: 'member:removed', user: 'lin' });
    const { length } = stage.library('lin');
    await stage.do('lin', { name: 'document:unlist', input: { document } });
    await stage.do('ada', { name: 'document:rename', input: { document, title: 'Plan B' } });
    expect(stage.library('lin')).toHaveLength(length);
    expect(told(stage, 'ed')).toMatchObject({ name: 'document:renamed', title: 'Plan B' });
  });

  test('does not tell a new title to those who may not see the document any more', async () => {
    const stage = await stageWithRoles();
    await setLink(stage, 'off');
    await stage.do('ada', { name: 'document:rename', input: { document, title: 'Secret' } });
    expect(JSON.stringify(stage.library('lin'))).not.toContain('Secret');
    expect(stage.effects.at(-1)).toEqual({ kind: 'renamed', document, title: 'Secret' });
  });
});
