import { pino } from 'pino';
import { expect, onTestFinished, test, vi } from 'vitest';
import { errorOf, type ErrorBody, type LinkAccess, type ServerMessage } from '@tandem/protocol';
import type { EngineRequest } from '@tandem/sync';
import type { CommandAnswer, CommandRequest, CommandRunner } from '../commands/command-runner.ts';
import { openDatabase } from '../storage/sqlite/database.ts';
import { createDocument, renameDocument } from '../storage/documents.ts';
import { LocalExecutor, type SqlExecutor } from '../storage/sqlite/executor.ts';
import { giveRole, takeRole } from '../storage/member-roles.ts';
import { changeLink } from '../storage/sharing.ts';
import { temporaryDatabaseFile } from '../storage/testing/temporary-database.ts';
import type { Engine } from '../engine/port.ts';
import { VISITS } from '../storage/limits.ts';
import { ErrorBoundary } from '../runtime/error-boundary.ts';
import { Metrics } from '../metrics/metrics.ts';
import { ANONYMOUS } from '../accounts/people.ts';
import type { JoinOptions } from './document-room.ts';
import type { Subscriber } from '../presence/subscriber.ts';
import { AccessCache } from './access-cache.ts';
import { RecentDocuments } from './recent-documents.ts';
import { Rooms } from './rooms.ts';
import { TimerWheel } from '../runtime/timer-wheel.ts';

const user = (id: string) => ({ id, name: id, color: 0 });

class WatchedExecutor implements SqlExecutor {
  readonly #executor: SqlExecutor;
  reads = 0;
  #held: Promise<void> = Promise.resolve();
  #hearRead: () => void = () => {};

  constructor(path: string) {
    this.#executor = new LocalExecutor(path);
  }

  hold(): { readonly begun: Promise<void>; readonly release: () => void } {
    let release = (): void => {};
    this.#held = new Promise((resolve) => (release = resolve));
    const begun = new Promise<void>((resolve) => (this.#hearRead = resolve));
    return { begun, release: () => release() };
  }

  async execute(sql: string, parameters: readonly unknown[]) {
    const result = await this.#executor.execute(sql, parameters);
    if (sql.startsWith('select')) {
      this.reads++;
      this.#hearRead();
      await this.#held;
    }
    return result;
  }

  close(): Promise<void> {
    return this.#executor.close();
  }
}

async function context({
  link = 'edit',
  adhoc = false,
  visits = 'done',
}: { link?: LinkAccess; adhoc?: boolean; visits?: 'done' | 'refused' } = {}) {
  const path = await temporaryDatabaseFile();
  const executor = new WatchedExecutor(path);
  const watched = await openDatabase(executor);
  // Simulates other writers with a second connection.
  const db = await openDatabase(new LocalExecutor(path));
  onTestFinished(async () => {
    await db.destroy();
    await watched.destroy();
  });
  const log = pino({ enabled: false });
  const ran: CommandRequest[] = [];
  const created: string[] = [];
  const storageErrors = new Map<string, ErrorBody>();
  const engine = {
    storageError: (document: string) => storageErrors.get(document) ?? null,
    create: async ({ document }: { document: string }) => void created.push(document),
    request(request: EngineRequest) {
      if (request.kind !== 'open') return;
      const { document, subscription } = request;
      const stateVector = new Uint8Array([0]);
      const opened = {
        epoch: 'i',
        timeline: 't1',
        isParted: false,
        documentKind: 'page',
        schema: 1,
        base: 0,
        offset: 0,
      } as const;
      const answer = { kind: 'opened', ...opened, stateVector, parts: [] } as const;
      rooms.handleEngineEvent({ kind: 'answered', document, subscription, answer });
    },
  } as unknown as Engine;
  const runner = {
    run: async (request: CommandRequest): Promise<CommandAnswer> => {
      ran.push(request);
      if (visits === 'refused') return { kind: 'refused', error: errorOf('internal') };
      return { kind: 'done', repeated: false, positions: [], events: 1 };
    },
  } as unknown as CommandRunner;
  const recentDocuments = new RecentDocuments({ runner, log });
  const rooms: Rooms = new Rooms({
    claims: { opening: async () => false },
    engine,
    access: new AccessCache({ db: watched, engine, allowAdhocDocuments: adhoc }),
    recentDocuments,
    readTimeline: async () => 'now',
    wheel: new TimerWheel(),
    metrics: new Metrics(),
    errors: new ErrorBoundary({ log, counter: new Metrics().containedErrors }),
    log,
  });
  const flushVisits = () => recentDocuments[Symbol.dispose]();
  onTestFinished(() => {
    flushVisits();
    rooms[Symbol.dispose]();
  });
  const linkAccess = link;
  await createDocument(db, {
    id: 'd',
    kind: 'page',
    title: 'Plan',
    owner: 'ada',
    linkAccess,
    at: 1,
  });

  const authorize = async (id: string, document = 'd', client: 'native' | 'stock' = 'native') => {
    const person = id === ANONYMOUS.id ? ANONYMOUS : user(id);
    return await rooms.authorize(document, { user: person, client });
  };
  const join = async (id: string, options: Partial<JoinOptions> = {}, document = 'd') => {
    const admission = await authorize(id, document);
    if (admission.kind === 'refused') throw new Error(admission.error.message);
    const received: unknown[] = [];
    const subscriber: Subscriber = {
      subscription: rooms.nextSubscription(),
      user: user(id),
      client: 1,
      deliver: ({ message }) => void (isOfPlace(message) && received.push(wordOf(message))),
    };
    rooms.join(admission.document, subscriber, { ref: 1, access: admission.access, ...options });
    return received;
  };
  executor.reads = 0;
  return {
    db,
    rooms,
    storageErrors,
    ran,
    created,
    authorize,
    join,
    reads: () => executor.reads,
    flushVisits,
    holdReads: () => executor.hold(),
  };
}

function isOfPlace({ type }: ServerMessage): boolean {
  return ['opened', 'document:changed', 'closed', 'storage:changed'].includes(type);
}

function wordOf(message: ServerMessage): string {
  if (message.type === 'closed') return message.error.code;
  if (message.type === 'storage:changed') return `storage: ${message.error?.code ?? 'works'}`;
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
  const { db, authorize } = await context({ link });
  await giveRole(db, { document: 'd', user: 'ed', role: 'editor' });
  await giveRole(db, { document: 'd', user: 'vi', role: 'viewer' });
  const admission = await authorize(id);
  expect(admission.kind === 'authorized' ? admission.access : admission.error.code).toBe(expected);
});

test('notes who has opened what, all in one command, and none twice', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const { rooms, ran, authorize, flushVisits } = await context();
  for (const id of ['bob', 'eve', 'bob', ANONYMOUS.id]) await authorize(id);
  expect(ran).toEqual([]);
  vi.advanceTimersByTime(VISITS.batchDelayMs);
  await authorize('eve');
  vi.advanceTimersByTime(VISITS.batchDelayMs);
  const visit = (id: string) => ({ user: id, document: 'd' });
  const command = (...ids: string[]) => ({
    command: { name: 'document:visit', input: { visits: ids.map(visit) } },
  });
  expect(ran).toMatchObject([command('bob', 'eve')]);
  rooms.unlisted(visit('eve'));
  for (const id of ['bob', 'eve']) await authorize(id);
  // Stopping flushes the pending batch.
  flushVisits();
  expect(ran).toMatchObject([command('bob', 'eve'), command('eve')]);
});

test('visits that could not be written are written when they come again', async () => {
  const { ran, authorize, flushVisits } = await context({ visits: 'refused' });
  await authorize('bob');
  flushVisits();
  await expect.poll(() => ran.length).toBe(1);
  await authorize('bob');
  flushVisits();
  expect(ran).toHaveLength(2);
});

test('asks once for a document that many come to, and not again while somebody is there', async () => {
  const { db, reads, authorize, join } = await context();
  await Promise.all([authorize('ada'), authorize('bob'), authorize('eve')]);
  await join('bob');
  await authorize('ada');
  expect(reads()).toBe(1);
  expect(await authorize('bob', 'new')).toMatchObject({ error: { code: 'not-found' } });
  await createDocument(db, { id: 'new', kind: 'page', title: '', owner: 'bob', at: 1 });
  expect(await authorize('bob', 'new')).toMatchObject({ kind: 'authorized' });
});

test('W36 nobody comes in by a role that was taken', async () => {
  const { db, rooms, authorize } = await context({ link: 'off' });
  await giveRole(db, { document: 'd', user: 'bob', role: 'editor' });
  expect(await authorize('bob')).toMatchObject({ access: 'edit' });
  await takeRole(db, { document: 'd', user: 'bob' });
  await rooms.recheck('d');
  expect(await authorize('bob')).toMatchObject({ error: { code: 'not-found' } });
  await changeLink(db, 'd', 'view');
  rooms.forget();
  expect(await authorize('bob')).toMatchObject({ access: 'view' });
});

test('PO14 comes in by a role that another node gave a moment ago', async () => {
  const { db, reads, authorize, join } = await context({ link: 'off' });
  await join('ada');
  expect(await authorize('bob')).toMatchObject({ error: { code: 'not-found' } });
  await giveRole(db, { document: 'd', user: 'bob', role: 'viewer' });
  expect(await authorize('bob')).toMatchObject({ access: 'view' });
  const before = reads();
  expect(await authorize('bob')).toMatchObject({ access: 'view' });
  expect(reads()).toBe(before);
});

test('W36 nobody comes in by a role that is taken while it is looked up', async () => {
  const { db, rooms, authorize, holdReads } = await context();
  const reads = holdReads();
  const [bob, eve] = [authorize('bob'), authorize('eve')];
  await reads.begun;
  await changeLink(db, 'd', 'off');
  const rechecked = rooms.recheck('d');
  const late = authorize('late');
  reads.release();
  for (const admission of [bob, eve, late])
    expect(await admission).toMatchObject({ error: { code: 'not-found' } });
  await rechecked;
});

test('RS7 a document from before a restore is said to be missing since', async () => {
  const { rooms } = await context({ link: 'off' });
  const refusalOf = async (document: string, position?: { timeline: string; offset: number }) => {
    const request = { user: user('bob'), client: 'native', position } as const;
    const admission = await rooms.authorize(document, request);
    return admission.kind === 'refused' ? admission.error.code : 'authorized';
  };
  // The same for a document of others as for none.
  for (const document of ['d', 'none']) {
    expect(await refusalOf(document)).toBe('not-found');
    expect(await refusalOf(document, { timeline: 'now', offset: 3 })).toBe('not-found');
    expect(await refusalOf(document, { timeline: 'before', offset: 0 })).toBe('not-found');
    expect(await refusalOf(document, { timeline: 'before', offset: 3 })).toBe('not-restored');
  }
});

test('makes what a stock client names only where that is allowed', async () => {
  const closed = await context();
  expect(await closed.authorize('bob', 'new', 'stock')).toMatchObject({
    error: { code: 'not-found' },
  });
  const open = await context({ adhoc: true });
  expect(await open.authorize('bob', 'new', 'stock')).toMatchObject({
    access: 'edit',
    document: { kind: 'data', owner: null },
  });
  expect(await open.authorize('bob', 'newer')).toMatchObject({ error: { code: 'not-found' } });
  await open.authorize('bob', 'd', 'stock');
  expect(open.created).toEqual(['new']);
});

test('W36 a changed role is sent to those whose access changes', async () => {
  const { db, rooms, join } = await context();
  const [ada, bob, vi] = [await join('ada'), await join('bob'), await join('vi')];
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

test('W14 a client that is too old for the document may never do more than view it', async () => {
  const { db, rooms, join } = await context();
  const old = await join('bob', { schema: 0 });
  await changeLink(db, 'd', 'view');
  await rooms.recheck('d');
  await changeLink(db, 'd', 'edit');
  await rooms.recheck('d');
  expect(old).toEqual(['Plan: view']);
});

test('a title whose change was missed is sent as well', async () => {
  const { db, rooms, join } = await context();
  const bob = await join('bob');
  await renameDocument(db, 'd', { title: 'Plan B', at: 2 });
  await rooms.recheck('d');
  expect(bob).toEqual(['Plan: edit', 'Plan B: edit']);
});

test('W36 when it cannot be looked up, everybody is asked again', async () => {
  const { db, rooms, join } = await context();
  const bob = await join('bob');
  await db.schema.dropTable('member').execute();
  await rooms.recheck('d');
  expect(bob).toEqual(['Plan: edit', 'storage-failed']);
});

test('W44 that storing fails is stated only in the documents that it concerns', async () => {
  const { db, rooms, join, storageErrors } = await context();
  await createDocument(db, { id: 'e', kind: 'page', title: 'Other', owner: 'ada', at: 1 });
  const inFailing = await join('ada');
  const inHealthy = await join('ada', {}, 'e');
  storageErrors.set('d', errorOf('storage-failed'));
  rooms.storageChanged();
  storageErrors.delete('d');
  rooms.storageChanged();
  expect(inFailing).toEqual(['Plan: edit', 'storage: storage-failed', 'storage: works']);
  expect(inHealthy).toEqual(['Other: edit']);
});
