import type { ActivityState, LibraryState, ListedDocument } from '@tandem/protocol';
import { MAX_LIBRARY_PAGE } from '@tandem/protocol';
import { describe, expect, test } from 'vitest';
import { Client } from '../client.ts';
import { createMemoryStore } from '../store/memory-store.ts';
import { FakeEnvironment } from '../testing/fake-environment.ts';
import { FakeSocket } from '../testing/fake-socket.ts';

const USER = { id: 'u', name: 'Amber Heron', color: 1 };

const listed = (id: string, updatedAt: number, title = id): ListedDocument => ({
  id,
  kind: 'page',
  title,
  role: 'owner',
  parent: null,
  position: 'a0',
  excerpt: '',
  createdAt: 0,
  updatedAt,
  chatRead: 0,
});
const place = ({ updatedAt, id }: ListedDocument) => ({ updatedAt, id });
const activity = (updatedAt: number) => ({
  excerpt: '',
  updatedAt,
  present: [],
  chatHead: 0,
  chatImported: 0,
  chatDeleted: [],
});

class Scene {
  readonly environment = new FakeEnvironment();
  readonly asked: string[] = [];
  readonly client: Client;
  documents: ListedDocument[];
  socket = new FakeSocket();

  constructor(count: number) {
    this.documents = Array.from({ length: count }, (_, index) =>
      listed(`d${index}`, count - index),
    );
    const { environment } = this;
    this.client = new Client({
      base: 'http://server',
      environment,
      store: createMemoryStore(),
      durable: false,
      schema: 1,
      fetch: async (input) => this.#answer(new URL(input as string)),
      webSocket: () => (this.socket = new FakeSocket()),
    });
  }

  static async open(count: number) {
    const scene = new Scene(count);
    const library = scene.client.subscribe('library');
    const news = scene.client.subscribe('activity');
    scene.client.start();
    scene.client.connection.tryNow();
    await scene.settle();
    scene.socket.open();
    scene.socket.welcome();
    await scene.settle();
    const answer = (name: 'library' | 'activity', state: LibraryState | ActivityState) => {
      const ref = scene.socket.sentOf('subscribe').find((sent) => sent.name === name)?.ref ?? 0;
      const channel = name === 'library' ? 7 : 8;
      const common = { type: 'subscribed', channel, ref, name, epoch: 'e1', offset: 0 } as const;
      scene.socket.answer({ ...common, recovered: false, state });
    };
    answer('library', { type: 'library', user: USER, ...scene.page(scene.documents) });
    answer('activity', { type: 'activity', documents: {} });
    await scene.settle();
    return { scene, library, news, pages: scene.client.pages };
  }

  settle(ms = 0): Promise<void> {
    return this.environment.clock.advanceAsync(ms);
  }

  async change(id: string, updatedAt: number): Promise<void> {
    const others = this.documents.filter((document) => document.id !== id);
    this.documents = [listed(id, updatedAt), ...others];
    const documents = { [id]: activity(updatedAt) };
    this.socket.answer({ type: 'activity:changed', channel: 8, documents });
    await this.settle();
  }

  page(documents: readonly ListedDocument[]) {
    const page = documents.slice(0, MAX_LIBRARY_PAGE);
    const last = documents.length > page.length ? page.at(-1) : undefined;
    return { documents: page, next: last === undefined ? null : place(last) };
  }

  #answer(url: URL): Response {
    if (url.pathname === '/api/session')
      return Response.json({ user: USER, token: 't', expiresAt: 9e6 });
    this.asked.push(`${url.pathname}${url.search}`);
    const visit = /^\/api\/documents\/(.+)\/visit$/.exec(url.pathname)?.[1];
    if (visit !== undefined)
      return Response.json(this.documents.find(({ id }) => id === visit) ?? {});
    const after = url.searchParams.get('after')?.split('.')[1];
    const search = url.searchParams.get('search') ?? '';
    const start = this.documents.findIndex(({ id }) => id === after) + 1;
    const rest = this.documents.slice(start).filter(({ title }) => title.includes(search));
    return Response.json(this.page(rest));
  }
}

describe('W41', () => {
  test('the list is loaded page by page to its end', async () => {
    const { scene, library, pages } = await Scene.open(2 * MAX_LIBRARY_PAGE + 30);
    expect(library.state?.documents).toHaveLength(MAX_LIBRARY_PAGE);
    await Promise.all([pages.loadMore(library), pages.loadMore(library)]);
    expect(scene.asked).toHaveLength(1);
    await pages.loadMore(library);
    expect(library.state?.documents).toEqual(scene.documents);
    expect(library.state?.next).toBeNull();
    await pages.loadMore(library);
    expect(scene.asked).toHaveLength(2);
  });

  test('W42 a search adds what it finds, and leaves the end of the list where it is', async () => {
    const { library, pages } = await Scene.open(500);
    const { next } = library.state!;
    const page = await pages.searchLibrary(library, 'd4');
    expect(page.documents).toHaveLength(MAX_LIBRARY_PAGE);
    const rest = await pages.searchLibrary(library, 'd4', page.next);
    expect(rest.next).toBeNull();
    expect(library.state?.documents.filter(({ id }) => id.includes('d4'))).toHaveLength(111);
    expect(library.state?.next).toEqual(next);
    await pages.loadListed(library, 'd399');
    expect(library.state?.documents.at(-101)?.id).toBe('d399');
  });

  test('a document that comes up from far down is fetched, and only then', async () => {
    const { scene, library, news, pages } = await Scene.open(500);
    const stop = pages.completeLibrary(library, news);
    await scene.change('d50', 1000);
    expect(scene.asked).toEqual([]);
    await scene.change('d400', 1001);
    expect(scene.asked).toEqual(['/api/documents']);
    expect(library.state?.documents[0]).toEqual(listed('d400', 1001));
    expect(library.state?.next).toEqual(place(listed('d99', 401)));
    stop();
    await scene.change('d401', 1002);
    expect(scene.asked).toHaveLength(1);
  });

  test('where more came up than a page holds, the list goes on from the end of that page', async () => {
    const { scene, library, news, pages } = await Scene.open(500);
    for (let index = 200; index < 350; index++) await scene.change(`d${index}`, 1000 + index);
    const stop = pages.completeLibrary(library, news);
    await scene.change('d350', 2000);
    await scene.settle();
    expect(library.state?.next).toEqual(place(listed('d251', 1251)));
    stop();
  });
});
