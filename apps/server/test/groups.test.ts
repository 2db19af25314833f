/** Groups over HTTP and the wire: GR1 to GR7 of PROTOCOL.md. */
import { beforeAll, describe, expect, test } from 'vitest';
import { directoryPeople } from '@tandem/protocol/directory';
import { administeredGroups, documentGroups, groupPeople } from '@tandem/protocol/groups';
import { command, runCommand, subscribe } from './event-client.ts';
import { GroupScene } from './group-scene.ts';
import { NativeClient } from './native-client.ts';
import { RunningServer } from './running-server.ts';
import { atEndOfFile } from './shared.ts';
import type { SignedIn } from './signed-in.ts';

const atEnd = atEndOfFile();
let server: RunningServer;
let scene: GroupScene;

beforeAll(async () => {
  server = await RunningServer.start({ NODE_ENV: 'production' }, atEnd);
  scene = await GroupScene.open(server, { atEnd });
});

const isListed = ({ name }: { readonly name: string }) => name === 'document:listed';
const isShown = ({ name }: { readonly name: string }) => name === 'member:changed';
const found = async (by: SignedIn, search: string) =>
  directoryPeople
    .parse(await (await by.fetch(`/api/directory?search=${search}`)).json())
    .groups.map(({ id }) => id);
const groupsOf = async (document: string) => {
  const answer = await scene.ada.fetch(`/api/documents/${document}/groups`);
  return documentGroups.parse(await answer.json()).groups;
};

test('GR1 GR2 an administrator fills a group, and those in it find it', async () => {
  const { root, ada, ned, group } = scene;
  const groups = administeredGroups.parse(await (await root.fetch('/api/server/groups')).json());
  expect(groups.groups).toMatchObject([{ id: group, name: 'Lantern crew', people: 1 }]);
  const people = await root.fetch(`/api/server/groups/${group}/people`);
  expect(groupPeople.parse(await people.json()).people).toEqual([ada.user]);
  expect(await found(ada, 'lantern')).toEqual([group]);
  expect(await found(root, 'crew')).toEqual([group]);
  expect(await found(ned, 'lantern')).toEqual([]);
  expect((await ned.fetch('/api/server/groups')).status).toBe(403);
});

describe('a document that is shared with a group', () => {
  test('GR3 GR4 GR5 is on the list of its people, who are seen once they come', async () => {
    const document = await scene.document();
    await scene.join(scene.ned);
    const page = await NativeClient.onAuthenticated(server, { guest: scene.ned });
    await subscribe(page, 'library');
    const sharing = await subscribe(scene.owner, `sharing:${document}`);
    expect(sharing.state).toMatchObject({ members: [{ user: scene.ada.user }] });
    expect(await scene.share(document, 'viewer')).toBe(204);
    await page.next('events', ({ events }) => events.some(isListed));
    expect(await groupsOf(document)).toMatchObject([
      { group: { id: scene.group, people: 2 }, role: 'viewer' },
    ]);
    const inside = await scene.document(document);
    expect(await groupsOf(inside)).toMatchObject([{ group: { id: scene.group }, from: 1 }]);
    expect(await scene.mayRead(inside)).toBe(true);
    const before = await subscribe(scene.owner, `sharing:${inside}`);
    expect(JSON.stringify(before.state)).not.toContain(scene.ned.user.id);
    await scene.opened(document);
    const { events } = await scene.owner.next('events', (of) => of.events.some(isShown));
    expect(events.find(isShown)).toMatchObject({
      ...{ member: { user: scene.ned.user, role: 'viewer', isOwn: false } },
    });
    await scene.leave(scene.ned);
  });

  test('GR2 takes no role from people who may not share it, nor from a group that they do not find', async () => {
    const document = await scene.document();
    await scene.join(scene.ned);
    expect(await scene.share(document, 'editor', { by: scene.ned })).toBe(404);
    expect(await scene.share(document, 'editor')).toBe(204);
    expect(await scene.share(document, 'viewer', { by: scene.ned })).toBe(403);
    await scene.leave(scene.ned);
    expect(await scene.share(document, 'editor', { by: scene.ned })).toBe(404);
  });

  test('GR4 W47 shows its people in open dialogs with the role that they have, whatever the link does', async () => {
    const document = await scene.document();
    const { owner, ned } = scene;
    await scene.join(ned);
    await scene.share(document, 'editor');
    await subscribe(owner, `sharing:${document}`);
    const shown = (events: { readonly events: readonly object[] }) =>
      events.events.some((event) => JSON.stringify(event).includes(ned.user.id));
    const page = await scene.opened(document);
    await owner.next('events', shown);
    for (const link of ['view', 'off'] as const) {
      await runCommand(owner, command({ name: 'link:change', input: { document, link } }));
      const { state } = await owner.next(
        'subscribed',
        (of) => of.name === `sharing:${document}` && JSON.stringify(of.state).includes(`"${link}"`),
      );
      const member = { user: ned.user, role: 'editor', isOwn: false };
      expect(state).toMatchObject({ link, members: expect.arrayContaining([member]) });
    }
    page.socket.close();
    await scene.leave(ned);
  });

  test('GR6 is closed for who leaves the group, with what is inside it', async () => {
    const document = await scene.document();
    const inside = await scene.document(document);
    await scene.join(scene.ned);
    await scene.share(document, 'editor');
    await subscribe(scene.owner, `sharing:${document}`);
    const isNed = (event: object) => JSON.stringify(event).includes(scene.ned.user.id);
    const pages = [await scene.opened(document), await scene.opened(inside)];
    await scene.owner.next('events', ({ events }) => events.some(isNed));
    await Promise.all([scene.leave(scene.ned), ...pages.map((page) => page.next('closed'))]);
    expect(await scene.mayRead(document)).toBe(false);
    expect(await scene.mayRead(inside)).toBe(false);
    // Open dialogs get the state again (W47).
    const { state } = await scene.owner.next(
      'subscribed',
      ({ name, state: of }) => name === `sharing:${document}` && of !== undefined && !isNed(of),
    );
    expect(state).toMatchObject({ members: [{ user: scene.ada.user }] });
  });
});

test('GR7 a deleted group is gone, and so are its roles in a moment', async () => {
  const own = await GroupScene.open(await RunningServer.start({ NODE_ENV: 'production' }));
  await own.join(own.ned);
  const documents = [await own.document(), await own.document()];
  for (const document of documents) await own.share(document, 'editor');
  const pages = await Promise.all(documents.map((document) => own.opened(document)));
  const path = `/api/server/groups/${own.group}`;
  expect((await own.root.fetch(path, { method: 'DELETE' })).status).toBe(204);
  expect((await own.root.fetch(`${path}/people`)).status).toBe(404);
  await Promise.all(pages.map((page) => page.next('closed')));
  for (const document of documents) expect(await own.mayRead(document)).toBe(false);
});
