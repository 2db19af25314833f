// @vitest-environment happy-dom
import type { ListedDocument, TreePage } from '@tandem/protocol';
import { expect, test, vi } from 'vitest';
import * as Y from 'yjs';
import { pageWorkspace } from './page-workspace.ts';
import { MAX_WORKSPACE_DOCUMENTS } from './workspace-manifest.ts';

type Services = Parameters<typeof pageWorkspace>[0];

const listed = (id: string, parent: string | null = null): ListedDocument =>
  ({ id, parent, title: id, kind: 'page', position: id }) as ListedDocument;

function docWith(text: string): Y.Doc {
  const doc = new Y.Doc();
  doc.getText('t').insert(0, text);
  return doc;
}

class FakeSession {
  doc = new Y.Doc();
  status = { kind: 'loading' };
  isComplete = false;
  /** What arrived in this frame. */
  arrived: Y.Doc | null = null;
  readonly listeners = new Set<() => void>();

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  flush(): Promise<void> {
    if (this.arrived !== null) Y.applyUpdate(this.doc, Y.encodeStateAsUpdate(this.arrived));
    return Promise.resolve();
  }

  change(to: Partial<FakeSession>): void {
    Object.assign(this, to);
    for (const listener of this.listeners) listener();
  }
}

function services({
  pageOf = () => ({ documents: [], next: null }),
  state = null,
  session = new FakeSession(),
}: {
  pageOf?: (parent: string | null, after: string | null) => TreePage;
  state?: { documents: ListedDocument[] } | null;
  session?: FakeSession;
} = {}) {
  const library = { state };
  const client = {
    pages: {
      loadTree: (
        _: unknown,
        { parent, after }: { parent: string | null; after: { id: string } | null },
      ) => Promise.resolve(pageOf(parent, after?.id ?? null)),
    },
    commands: { onChange: () => () => undefined, isCreating: () => false },
    connection: { listen: () => () => undefined, state: { kind: 'connected' } },
    openDocument: () => session,
    closeDocument: vi.fn(),
  };
  return { library, client } as unknown as Services;
}

const signal = new AbortController().signal;
const load = (given: Services) => pageWorkspace(given, { untitled: 'Untitled', signal });

test('EX7 a document whose copy was replaced is read when the server has given all of it', async () => {
  const session = new FakeSession();
  const source = await load(services({ session }));
  const opening = source.open('d', signal);
  const found = vi.fn();
  void opening.then(found);
  // The copy is empty after a refusal, and the status says nothing about what arrived.
  for (const kind of ['refused', 'saved', 'view-only']) session.change({ status: { kind } });
  await Promise.resolve();
  expect(found).not.toHaveBeenCalled();
  session.change({ doc: new Y.Doc(), isComplete: true, arrived: docWith('good') });
  expect((await opening)?.getText('t').toJSON()).toBe('good');
  source.close('d');
  expect(session.listeners.size).toBe(0);
});

test('EX6 a document that stops, or an export that is cancelled, gives nothing', async () => {
  const session = new FakeSession();
  const source = await load(services({ session }));
  const stopping = source.open('d', signal);
  session.change({ status: { kind: 'stopped' } });
  expect(await stopping).toBeNull();
  const cancellation = new AbortController();
  session.change({ status: { kind: 'loading' } });
  const cancelled = source.open('d', cancellation.signal);
  cancellation.abort();
  expect(await cancelled).toBeNull();
});

test('EX7 the list is that of the answers, whatever becomes of the state of the library', async () => {
  const pages: Record<string, TreePage> = {
    '': { documents: [listed('a'), listed('b')], next: { id: 'b', position: 'b' } },
    'after b': { documents: [listed('c')], next: null },
    'in a': { documents: [listed('x', 'a')], next: null },
  };
  const given = services({
    pageOf: (parent, after) =>
      pages[after !== null ? `after ${after}` : parent === null ? '' : `in ${parent}`] ?? {
        documents: [],
        next: null,
      },
    // Of a new connection, with one that the server does not have yet.
    state: { documents: [listed('new', 'b')] },
  });
  const { documents, hasMore } = await load(given);
  expect(documents.map(({ id }) => id)).toEqual(['a', 'x', 'b', 'new', 'c']);
  expect(hasMore).toBe(false);
});

test('EX7 a document that is moved while the list is read is in it once', async () => {
  const state = { documents: [] as ListedDocument[] };
  const given = services({
    state,
    pageOf(parent) {
      if (parent === null) return { documents: [listed('a'), listed('b')], next: null };
      if (parent === 'a') return { documents: [listed('x', 'a')], next: null };
      // `y` is moved to `a`, which is done, and `x` to `b`.
      if (parent === 'b') {
        state.documents = [listed('y', 'a')];
        return { documents: [listed('x', 'b')], next: null };
      }
      return { documents: [], next: null };
    },
  });
  const { documents } = await load(given);
  expect(documents.map(({ id }) => id)).toEqual(['a', 'x', 'b', 'y']);
});

test('EX6 a list that is longer than a zip file holds is reported', async () => {
  const all = Array.from({ length: MAX_WORKSPACE_DOCUMENTS + 1 }, (_, index) =>
    listed(`d${index}`),
  );
  const listOf = async (documents: ListedDocument[]) =>
    await load(
      services({
        pageOf: (parent) => ({ documents: parent === null ? documents : [], next: null }),
      }),
    );
  const tooMany = await listOf(all);
  expect([tooMany.documents.length, tooMany.hasMore]).toEqual([MAX_WORKSPACE_DOCUMENTS, true]);
  expect((await listOf(all.slice(1))).hasMore).toBe(false);
});

class FakeChat {
  status = 'live';
  state: { messages: { number: number }[] };
  readonly pages: number[];
  constructor(count: number, ...pages: readonly number[]) {
    this.state = { messages: [] };
    this.pages = [count, ...pages];
    this.prepend();
  }
  prepend(): void {
    const count = this.pages.shift() ?? 0;
    const messages = Array.from({ length: count }, (_, number) => ({ number }));
    this.state = { messages: [...messages, ...this.state.messages] };
  }
  onChange = () => () => undefined;
  close = vi.fn();
}

async function chatOf(chat: FakeChat, stopped = signal) {
  const given = services();
  const { client } = given as unknown as { client: Record<string, unknown> };
  client['subscribe'] = () => chat;
  const loadOlder = vi.fn(async () => chat.prepend());
  client['pages'] = {
    ...(client['pages'] as object),
    hasOlder: () => chat.pages.length > 0,
    loadOlder,
  };
  const loaded = await (await load(given)).chat('d', stopped);
  expect(chat.close).toHaveBeenCalledOnce();
  return { count: loaded?.messages.length ?? null, hasOlder: loaded?.hasOlder, loadOlder };
}

test('EX11 as much of a chat is read as a file holds', async () => {
  expect(await chatOf(new FakeChat(50))).toMatchObject({ count: 50, hasOlder: false });
  expect(await chatOf(new FakeChat(50, 500, 7))).toMatchObject({ count: 557, hasOlder: false });
  const long = await chatOf(new FakeChat(50, ...Array.from({ length: 9 }, () => 500)));
  expect(long).toMatchObject({ count: 2_050, hasOlder: true });
  expect(long.loadOlder).toHaveBeenCalledTimes(4);
});

test('EX6 a chat is missing if the server does not send all of it', async () => {
  expect((await chatOf(new FakeChat(50, 500, 0, 500))).count).toBeNull();
  const lost = new FakeChat(50);
  lost.status = 'lost';
  expect((await chatOf(lost)).count).toBeNull();
  const cancelled = AbortSignal.abort();
  expect((await chatOf(new FakeChat(50, 500, 500), cancelled)).count).toBeNull();
});
