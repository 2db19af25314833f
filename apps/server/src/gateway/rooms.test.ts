import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import type { LinkAccess, ServerMessage } from '@tandem/protocol';
import type { EngineRequest } from '@tandem/sync';
import type { CommandRequest, CommandRunner } from '../commands/runner.ts';
import { createDocument, renameDocument, visitDocument } from '../database/documents.ts';
import { changeLink, giveRole } from '../database/sharing.ts';
import { temporaryDatabase } from '../database/testing/temporary-database.ts';
import type { Engine } from '../engine/port.ts';
import { SAME_VISIT_MS } from '../limits.ts';
import { Metrics } from '../metrics/metrics.ts';
import { ANONYMOUS } from '../sessions/people.ts';
import type { JoinOptions, Subscriber } from './document-room.ts';
import { Rooms } from './rooms.ts';
import { Summaries } from './summaries.ts';
import { TimerWheel } from './timer-wheel.ts';

const user = (id: string) => ({ id, name: id, color: 0 });

async function house({
  link = 'edit',
  adhoc = false,
}: { link?: LinkAccess; adhoc?: boolean } = {}) {
  const db = await temporaryDatabase();
  const log = pino({ enabled: false });
  const ran: CommandRequest[] = [];
  const created: string[] = [];
  const engine = {
    create: async ({ document }: { document: string }) => void created.push(document),
    request(request: EngineRequest) {
      if (request.kind !== 'open') return;
      const { document, subscription } = request;
      const stateVector = new Uint8Array([0]);
      const opened = { incarnation: 'i', documentKind: 'page', base: 0, seq: 0 } as const;
      const answer = { kind: 'opened', ...opened, stateVector, parts: [] } as const;
      rooms.hear({ kind: 'answered', document, subscription, answer });
    },
  } as unknown as Engine;
  const runner = {
    run: async (request: CommandRequest) => {
      ran.push(request);
      return { kind: 'done', repeated: false, positions: [] };
    },
  } as unknown as CommandRunner;
  const rooms: Rooms = new Rooms({
    db,
    engine,
    runner,
    wheel: new TimerWheel(),
    summaries: new Summaries({ db, engine, log }),
    metrics: new Metrics(),
    log,
    allowAdhocDocuments: adhoc,
  });
  onTestFinished(() => rooms[Symbol.dispose]());
  const linkAccess = link;
  await createDocument(db, {
    id: 'd',
    kind: 'page',
    title: 'Plan',
    owner: 'ada',
    linkAccess,
    at: 1,
  });

  const admit = async (id: string, document = 'd', client: 'native' | 'stock' = 'native') => {
    const person = id === ANONYMOUS.id ? ANONYMOUS : user(id);
    return await rooms.admit(document, { user: person, client });
  };
  /** Somebody in the room, and what they heard there of their place in it. */
  const sit = async (id: string, options: Partial<JoinOptions> = {}) => {
    const admission = await admit(id);
    if (admission.kind === 'refused') throw new Error(admission.error.message);
    const heard: unknown[] = [];
    const subscriber: Subscriber = {
      subscription: rooms.nextSubscription(),
      user: user(id),
      client: 1,
      deliver: ({ message }) => void (isOfPlace(message) && heard.push(wordOf(message))),
    };
    rooms.join(admission.document, subscriber, { ref: 1, access: admission.access, ...options });
    return heard;
  };
  return { db, rooms, ran, created, admit, sit };
}

function isOfPlace({ type }: ServerMessage): boolean {
  return type === 'opened' || type === 'document:changed' || type === 'closed';
}

function wordOf(message: ServerMessage): string {
  if (message.type === 'closed') return message.error.code;
  return 'access' in message ? `${message.title}: ${message.access}` : message.type;
}

test.each([
  ['ada', 'off', 'edit'],
  ['bob', 'edit', 'edit'],
  ['bob', 'view', 'view'],
  ['bob', 'off', 'not-found'],
  ['ed', 'off', 'edit'],
  ['vi', 'edit', 'view'],
  [ANONYMOUS.id, 'view', 'view'],
  [ANONYMOUS.id, 'off', 'not-found'],
] as const)('lets %s in with a link that is "%s": %s', async (id, link, expected) => {
  const { db, admit } = await house({ link });
  await giveRole(db, { document: 'd', user: 'ed', role: 'editor' });
  await giveRole(db, { document: 'd', user: 'vi', role: 'viewer' });
  const admission = await admit(id);
  expect(admission.kind === 'admitted' ? admission.access : admission.error.code).toBe(expected);
});

test('notes a visit by a command, unless it is the same visit still, or nobody’s', async () => {
  const { db, ran, admit } = await house();
  await visitDocument(db, { user: 'bob', document: 'd', at: Date.now() });
  await visitDocument(db, { user: 'eve', document: 'd', at: Date.now() - SAME_VISIT_MS });
  for (const id of ['bob', 'eve', 'cleo', ANONYMOUS.id]) await admit(id);
  await expect.poll(() => ran.length).toBe(2);
  const command = { name: 'document:visit', input: { document: 'd' } };
  expect(ran).toMatchObject([
    { user: 'eve', command },
    { user: 'cleo', command },
  ]);
});

test('makes what a stock client names only where that is allowed', async () => {
  const closed = await house();
  expect(await closed.admit('bob', 'new', 'stock')).toMatchObject({ error: { code: 'not-found' } });
  const open = await house({ adhoc: true });
  expect(await open.admit('bob', 'new', 'stock')).toMatchObject({
    access: 'edit',
    document: { kind: 'data', owner: null },
  });
  expect(await open.admit('bob', 'newer')).toMatchObject({ error: { code: 'not-found' } });
  await open.admit('bob', 'd', 'stock');
  expect(open.created).toEqual(['new']);
});

test('W36 a changed role is told to those whose access changes', async () => {
  const { db, rooms, sit } = await house();
  const [ada, bob, vi] = [await sit('ada'), await sit('bob'), await sit('vi')];
  await changeLink(db, 'd', 'view');
  await giveRole(db, { document: 'd', user: 'vi', role: 'editor' });
  await rooms.recheck('d');
  expect(ada).toEqual(['Plan: edit']);
  expect(bob).toEqual(['Plan: edit', 'Plan: view']);
  expect(vi).toEqual(['Plan: edit']);
  await changeLink(db, 'd', 'off');
  await rooms.recheck('d');
  await rooms.recheck('d');
  expect(ada).toEqual(['Plan: edit']);
  expect(bob).toEqual(['Plan: edit', 'Plan: view', 'forbidden']);
});

test('W14 an older page never may more than read', async () => {
  const { db, rooms, sit } = await house();
  const old = await sit('bob', { ceiling: 'view' });
  await changeLink(db, 'd', 'view');
  await rooms.recheck('d');
  await changeLink(db, 'd', 'edit');
  await rooms.recheck('d');
  expect(old).toEqual(['Plan: view']);
});

test('W36 counts for whoever was let in just before', async () => {
  const { db, rooms, sit } = await house();
  const sitting = sit('bob');
  await changeLink(db, 'd', 'off');
  const rechecked = rooms.recheck('d');
  const bob = await sitting;
  await rechecked;
  expect(bob).toEqual(['Plan: edit', 'forbidden']);
});

test('a title that was changed unheard is told as well', async () => {
  const { db, rooms, sit } = await house();
  const bob = await sit('bob');
  await renameDocument(db, 'd', { title: 'Plan B', at: 2 });
  await rooms.recheck('d');
  expect(bob).toEqual(['Plan: edit', 'Plan B: edit']);
});

test('W36 when it cannot be looked up, everybody is asked anew', async () => {
  const { db, rooms, sit } = await house();
  const bob = await sit('bob');
  await db.schema.dropTable('member').execute();
  await rooms.recheck('d');
  expect(bob).toEqual(['Plan: edit', 'storage-failed']);
});
