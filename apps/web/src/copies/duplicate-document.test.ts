import type { ChannelSession, DocumentSession } from '@tandem/client';
import { appendBlocks, type Block, readPage } from '@tandem/document';
import {
  errorAnswer,
  errorOf,
  type Call,
  type LibraryState,
  type Role,
  type SharingState,
} from '@tandem/protocol';
import { newFileId } from '@tandem/protocol/file-secrets';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import * as Y from 'yjs';
import { duplicateDocument, placeBeside } from './duplicate-document.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function libraryOf(
  ...documents: readonly [id: string, parent: string | null, position: string, role?: Role][]
): LibraryState {
  const listed = documents.map(([id, parent, position, role = 'owner']) => ({
    ...{ id, parent, position, role },
    ...{ kind: 'page' as const, title: id, excerpt: '', createdAt: 1, updatedAt: 1, chatRead: 0 },
  }));
  const user = { id: 'ada', name: 'Ada', color: 1 };
  return { type: 'library', user, documents: listed, next: null };
}

test('a copy comes between the original and the next one', () => {
  const library = libraryOf(
    ['around', null, 'a0'],
    ['one', 'around', 'a0'],
    ['two', 'around', 'a1'],
  );
  const { parent, position } = placeBeside(library, 'one');
  expect(parent).toBe('around');
  expect('a0' < position! && position! < 'a1').toBe(true);
  expect(placeBeside(library, 'two').position! > 'a1').toBe(true);
});

test('a copy of what is in a document of others, or of what is not listed, comes to the own list', () => {
  const library = libraryOf(['around', null, 'a0', 'viewer'], ['one', 'around', 'a0', 'viewer']);
  expect(placeBeside(library, 'one')).toEqual({ parent: null });
  expect(placeBeside(library, 'elsewhere')).toEqual({ parent: null });
  expect(placeBeside(null, 'one')).toEqual({ parent: null });
});

test('a copy of a shared document at the top of the tree comes after it', () => {
  const library = libraryOf(['one', null, 'a0', 'viewer'], ['two', null, 'a2']);
  const { parent, position } = placeBeside(library, 'one');
  expect(parent).toBeNull();
  expect('a0' < position! && position! < 'a2').toBe(true);
});

const RESTRICTED: SharingState = {
  ...{ type: 'sharing', owner: 'ada', link: 'off', isLinkInherited: true, expiresAt: null },
  ...{
    hasPassword: false,
    publication: null,
    around: { link: 'edit', isRestricted: true },
    members: [],
  },
};
const INHERITING: SharingState = {
  ...RESTRICTED,
  link: 'edit',
  around: { link: 'edit', isRestricted: false },
};
const TEXT: Block = { type: 'textBlock', content: [{ type: 'text', text: 'High water.' }] };
const randomBytes = (length: number) => crypto.getRandomValues(new Uint8Array(length));
const A = newFileId(0, randomBytes).id;
const B = newFileId(0, randomBytes).id;
const file = (id: string): Block => ({ type: 'file', attrs: { file: id, name: id, size: 1 } });

class Session {
  readonly loaded = Promise.resolve();
  readonly doc = new Y.Doc();
  readonly replicaVersion = 0;
  readonly pending = 0;
  readonly listeners = new Set<() => void>();
  status = { kind: 'saved' };
  delivery = { kind: 'saved' };
  isComplete = true;
  hasContent = true;
  readonly id: string;
  constructor(id: string) {
    this.id = id;
  }
  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
  flush(): Promise<void> {
    return Promise.resolve();
  }
}

interface Given {
  readonly blocks: readonly Block[];
  readonly sharing?: SharingState | null;
  readonly connection?: 'connected' | 'waiting';
  /** The server creates documents only when the test says so. */
  readonly isSlow?: boolean;
  readonly isRescue?: boolean;
}

const inside = libraryOf(['around', null, 'a0'], ['one', 'around', 'a0']);

function start({
  blocks,
  sharing = null,
  connection = 'connected',
  isSlow = false,
  isRescue = false,
}: Given) {
  const session = new Session('one');
  appendBlocks(session.doc, blocks, randomBytes);
  const copy = new Session('copy');
  const calls: Call[] = [];
  const listeners = new Set<() => void>();
  let isCreating = isSlow;
  const client = {
    connection: { state: { kind: connection }, listen: () => () => undefined },
    commands: {
      run: (call: Call) => calls.push(call),
      isCreating: () => isCreating,
      onRefused: () => () => undefined,
      onChange: (listener: () => void) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    subscribe: () =>
      ({
        status: sharing === null ? 'loading' : 'live',
        state: sharing,
        onChange: () => () => undefined,
        close: () => undefined,
      }) as unknown as ChannelSession,
    openDocument: () => copy as unknown as DocumentSession,
    closeDocument: () => undefined,
  } as unknown as Parameters<typeof duplicateDocument>[1];
  const duplicate = () =>
    duplicateDocument(
      {
        session: session as unknown as DocumentSession,
        title: 'Copy of Log',
        unfinishedTitle: 'Unfinished copy of Log',
        library: inside,
        isRescue,
      },
      client,
    );
  const created = () => {
    isCreating = false;
    for (const listener of listeners) listener();
  };
  const titles = () => calls.map(({ input }) => ('title' in input ? input.title : null));
  return { session, copy, calls, titles, duplicate, created };
}

function stubServer(answers: Readonly<Record<string, 'copied' | 'refused' | 'unreachable'>>) {
  const asked: string[] = [];
  vi.stubGlobal('fetch', (path: string) => {
    const name = /files\/([^/]+)\/copy$/u.exec(path)![1]!;
    asked.push(name);
    const answer = answers[name];
    if (answer === 'unreachable') return Promise.reject(new TypeError('network'));
    const error = errorOf('not-found', { detail: `${name} is lost.` });
    return Promise.resolve(
      answer === 'copied'
        ? Response.json({})
        : Response.json(errorAnswer.parse({ error }), { status: 404 }),
    );
  });
  return asked;
}

const parentOf = ({ calls }: { readonly calls: readonly Call[] }) => {
  const [create] = calls;
  return create?.name === 'document:create' ? (create.input.parent ?? null) : undefined;
};

test('TR5 a copy comes beside the original only where nobody else reads it', async () => {
  const places = [
    ['around', INHERITING],
    [null, RESTRICTED],
    // A link of its own, which may let fewer in than the one around it.
    [null, { ...INHERITING, link: 'off' as const, isLinkInherited: false }],
    // Nobody tells.
    [null, null],
  ] as const;
  for (const [parent, sharing] of places) {
    const scene = start({ blocks: [TEXT], sharing });
    const result = scene.duplicate();
    await vi.runAllTimersAsync();
    expect(await result).toMatchObject({ kind: 'created' });
    expect(parentOf(scene)).toBe(parent);
  }
});

test('without a connection, a copy of what is in another document comes to the own list', async () => {
  const scene = start({ blocks: [TEXT], sharing: INHERITING, connection: 'waiting', isSlow: true });
  expect(await scene.duplicate()).toMatchObject({ kind: 'created', refusals: [] });
  expect(parentOf(scene)).toBeNull();
  expect(scene.titles()).toEqual(['Copy of Log']);
  expect(readPage(scene.copy.doc)).toMatchObject([{ content: [{ text: 'High water.' }] }]);
});

test('FI12 files are copied once the server has the copy, and before its text', async () => {
  const asked = stubServer({ [A]: 'copied', [B]: 'refused' });
  const scene = start({ blocks: [TEXT, file(A), file(B)], isSlow: true });
  const result = scene.duplicate();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(asked).toEqual([]);
  expect(scene.copy.doc.store.clients.size).toBe(0);
  expect(scene.titles()).toEqual(['Unfinished copy of Log']);
  scene.created();
  expect(await result).toMatchObject({ kind: 'created', refusals: [`${B} is lost.`] });
  expect(asked).toEqual([A, B]);
  expect(readPage(scene.copy.doc)).toHaveLength(3);
  expect(scene.titles()).toEqual(['Unfinished copy of Log', 'Copy of Log']);
});

test('FI12 a copy whose files the server does not answer for has no text, and says that it is unfinished', async () => {
  const asked = stubServer({ [A]: 'copied', [B]: 'unreachable' });
  const scene = start({ blocks: [TEXT, file(A), file(B)] });
  const result = scene.duplicate();
  await vi.runAllTimersAsync();
  expect(await result).toMatchObject({ kind: 'incomplete' });
  expect(asked.filter((name) => name === B).length).toBeGreaterThan(1);
  expect(scene.copy.doc.store.clients.size).toBe(0);
  expect(scene.titles()).toEqual(['Unfinished copy of Log']);
});

test('text that still arrives is waited for, and not without end', async () => {
  for (const kind of ['loading', 'syncing', 'saving']) {
    const scene = start({ blocks: [] });
    Object.assign(scene.session, { delivery: { kind }, isComplete: false });
    const late = scene.duplicate();
    await vi.runAllTimersAsync();
    expect(await late).toEqual({ kind: 'not-loaded' });
    expect(scene.calls).toEqual([]);
    const result = scene.duplicate();
    await vi.advanceTimersByTimeAsync(1_000);
    appendBlocks(scene.session.doc, [TEXT], randomBytes);
    Object.assign(scene.session, { delivery: { kind: 'saved' }, isComplete: true });
    for (const listener of scene.session.listeners) listener();
    await vi.runAllTimersAsync();
    expect(await result).toMatchObject({ kind: 'created' });
    expect(readPage(scene.copy.doc)).toHaveLength(1);
  }
});

test('text that has arrived a moment ago is part of the copy', async () => {
  const scene = start({ blocks: [] });
  scene.session.flush = () => {
    appendBlocks(scene.session.doc, [TEXT], randomBytes);
    return Promise.resolve();
  };
  const result = scene.duplicate();
  await vi.runAllTimersAsync();
  expect(await result).toMatchObject({ kind: 'created' });
  expect(readPage(scene.copy.doc)).toMatchObject([{ content: [{ text: 'High water.' }] }]);
});

test('a document that is not on this device is not copied as an empty one', async () => {
  for (const kind of ['offline', 'view-only']) {
    const scene = start({ blocks: [], connection: 'waiting' });
    Object.assign(scene.session, { delivery: { kind }, isComplete: false });
    scene.session.hasContent = false;
    expect(await scene.duplicate()).toEqual({ kind: 'not-loaded' });
    expect(scene.calls).toEqual([]);
  }
});

test('an empty document that this device has just made is copied', async () => {
  const scene = start({ blocks: [], connection: 'waiting', isSlow: true });
  Object.assign(scene.session, { delivery: { kind: 'offline' }, isComplete: false });
  scene.session.hasContent = false;
  expect(await scene.duplicate()).toMatchObject({ kind: 'created' });
});

test('RS7 what the server no longer gives is copied for a rescue alone', async () => {
  const error = errorOf('not-found', { detail: 'It is gone.' });
  const delivery = { kind: 'stopped', error };
  const scene = start({ blocks: [TEXT] });
  Object.assign(scene.session, { delivery, isComplete: false });
  expect(await scene.duplicate()).toEqual({ kind: 'unreadable', error });
  expect(scene.calls).toEqual([]);
  const rescue = start({ blocks: [TEXT], isRescue: true });
  Object.assign(rescue.session, { delivery, isComplete: false });
  const result = rescue.duplicate();
  await vi.runAllTimersAsync();
  expect(await result).toMatchObject({ kind: 'created' });
});
