/** What is kept of pages on the web, and when they are made: PB5 of PROTOCOL.md. */
import { errorOf } from '@tandem/protocol';
import { ManualClock } from '@tandem/testkit';
import { expect, test } from 'vitest';
import { EngineError } from '../engine/port.ts';
import {
  HistoryThreadEnded,
  type Asker,
  type History,
  type HistoryAnswers,
  type HistoryRequest,
} from '../history/port.ts';
import { PUBLIC_PAGES } from '../limits.ts';
import type { PublishedDocument } from '../storage/publications.ts';
import { PublicPages } from './public-pages.ts';

const published: PublishedDocument = {
  ...{ document: 'a', id: '0'.repeat(32), title: 'Tide log', isIndexed: false, updatedAt: 0 },
  publishedBy: 'ada',
};

type Answer = HistoryAnswers['public-page'];
type PageRequest = Extract<HistoryRequest, { kind: 'public-page' }>;

interface Rendering {
  readonly request: PageRequest;
  readonly asker: Asker | undefined;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

const bytesOf = (text: string) => new TextEncoder().encode(text);

function scene() {
  const clock = new ManualClock();
  const renderings: Rendering[] = [];
  let head = 1;
  const positions = {
    read: async () => ({ epoch: 'e', timeline: 't', offset: head }),
  } as unknown as Pick<History, 'read'>;
  const renderer = {
    read: (request: PageRequest, asker?: Asker) =>
      new Promise<Answer>((resolve, reject) =>
        renderings.push({ request, asker, resolve, reject }),
      ),
  } as unknown as Pick<History, 'read'>;
  const pages = new PublicPages({ renderer, positions, origin: null, clock });
  /** The text of what is shown, or what fails. */
  const read = async (of = published): Promise<string> => {
    try {
      return new TextDecoder().decode((await pages.read(of))!.html).trim();
    } catch (error) {
      return (error as EngineError).body.code;
    }
  };
  /** Answers the last request after a time. */
  const render = (tookMs = 1, length = 0) => {
    clock.advance(tookMs);
    const { request, resolve } = renderings.at(-1)!;
    const html = bytesOf(`${request.facts.title} ${head}`.padEnd(length));
    resolve({ page: { html, gzip: bytesOf(''), hash: String(head), files: [] }, tookMs });
  };
  const write = () => {
    head++;
    clock.advance(PUBLIC_PAGES.freshMs);
  };
  /** Until the positions have answered. */
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const settle = async (of = published, tookMs = 1, length = 0) => {
    const reading = read(of);
    await turn();
    render(tookMs, length);
    return await reading;
  };
  return { clock, renderings, read, render, write, turn, settle };
}

test('PB5 a page is made once for all who wait for it, and not again while its document stays as it is', async () => {
  const { clock, renderings, read, render, turn } = scene();
  const readings = Promise.all([read(), read(), read()]);
  await turn();
  render();
  expect(await readings).toEqual(['Tide log 1', 'Tide log 1', 'Tide log 1']);
  clock.advance(60_000);
  expect(await read()).toBe('Tide log 1');
  expect(renderings).toHaveLength(1);
});

test('PB5 nobody waits for another page, or gets one that was begun before a change as the newest', async () => {
  const { clock, renderings, read, render, write, turn, settle } = scene();
  await settle();
  write();
  const first = read();
  await turn();
  expect(renderings).toHaveLength(2);
  // The second page is being made: the first one is there at once, also after another change.
  expect(await read()).toBe('Tide log 1');
  write();
  expect(await read()).toBe('Tide log 1');
  const other = { ...published, document: 'b', id: '1'.repeat(32), title: 'Quay' };
  expect(await settle(other)).toBe('Quay 3');
  expect(await read(other)).toBe('Quay 3');
  clock.advance(1);
  const page = { html: bytesOf('late'), gzip: bytesOf(''), hash: 'x', files: [] };
  renderings[1]!.resolve({ page, tookMs: 1 });
  expect(await first).toBe('late');
  // It rests, however long it waited, and is made again because its document has changed since it was begun.
  expect(await read()).toBe('late');
  expect(renderings).toHaveLength(3);
  clock.advance(60_000);
  const last = read();
  await turn();
  render();
  expect(await last).toBe('Tide log 3');
});

test('PB5 a document rests for a few times as long as its page took', async () => {
  const { clock, renderings, read, write, turn, settle } = scene();
  await settle(published, 1_000);
  write();
  clock.advance(PUBLIC_PAGES.restFactor * 1_000 - PUBLIC_PAGES.freshMs - 1);
  expect(await read()).toBe('Tide log 1');
  expect(renderings).toHaveLength(1);
  clock.advance(1);
  void read();
  await turn();
  expect(renderings).toHaveLength(2);
});

test('PB5 changes of the text and of the title show soon after a page that is made quickly', async () => {
  const { clock, read, write, settle } = scene();
  expect(await settle()).toBe('Tide log 1');
  write();
  expect(await settle()).toBe('Tide log 2');
  const renamed = { ...published, title: 'Tides' };
  expect(await read(renamed)).toBe('Tide log 2');
  clock.advance(PUBLIC_PAGES.restFactor);
  expect(await settle(renamed)).toBe('Tides 2');
});

test('PB5 a document that ends the thread is not tried again before it changes, and then after a rest', async () => {
  const { clock, renderings, read, write, turn, settle } = scene();
  const first = read();
  await turn();
  clock.advance(20_000);
  renderings[0]!.reject(new HistoryThreadEnded(errorOf('overloaded')));
  expect(await first).toBe('overloaded');
  clock.advance(PUBLIC_PAGES.failedMs - 1);
  expect(await read()).toBe('overloaded');
  expect(renderings).toHaveLength(1);
  write();
  expect(await settle()).toBe('Tide log 2');
});

test('PB5 a changed one rests first', async () => {
  const { clock, renderings, read, write, turn } = scene();
  const first = read();
  await turn();
  clock.advance(20_000);
  renderings[0]!.reject(new EngineError(errorOf('document-damaged')));
  expect(await first).toBe('document-damaged');
  expect(await read()).toBe('document-damaged');
  write();
  expect(await read()).toBe('overloaded');
  clock.advance(PUBLIC_PAGES.restFactor * 20_000);
  void read();
  await turn();
  expect(renderings).toHaveLength(2);
});

test('PB5 a failure of the database is tried again soon', async () => {
  const { clock, renderings, read, render, turn } = scene();
  const first = read();
  await turn();
  clock.advance(20_000);
  renderings[0]!.reject(new EngineError(errorOf('storage-failed')));
  expect(await first).toBe('storage-failed');
  const second = read();
  await turn();
  expect(renderings).toHaveLength(1);
  clock.advance(PUBLIC_PAGES.failureRestMs);
  await turn();
  render();
  expect(await second).toBe('Tide log 1');
});

test('PB5 what is published again while its document rests is there after the rest, unless that is long', async () => {
  const { clock, read, render, turn, settle } = scene();
  await settle(published, 200);
  const again = { ...published, id: '2'.repeat(32) };
  const reading = read(again);
  await turn();
  clock.advance(PUBLIC_PAGES.restFactor * 200);
  await turn();
  render(PUBLIC_PAGES.maxRestWaitMs);
  expect(await reading).toBe('Tide log 1');
  expect(await read({ ...published, id: '3'.repeat(32) })).toBe('overloaded');
});

test('PB5 a page that waits too long for those of others is shown as it was', async () => {
  const { clock, renderings, read, write, turn, settle } = scene();
  await settle();
  write();
  const late = read();
  await turn();
  const others = [read(), read()];
  await turn();
  renderings[1]!.reject(new EngineError(errorOf('overloaded')));
  expect(await Promise.all([late, ...others])).toEqual(['Tide log 1', 'Tide log 1', 'Tide log 1']);
  expect(await read()).toBe('Tide log 1');
  clock.advance(PUBLIC_PAGES.failureRestMs);
  expect(await settle()).toBe('Tide log 2');
});

test('PB1 PB5 what is published again has a page of its own; and persons take turns', async () => {
  const { clock, renderings, settle } = scene();
  await settle();
  clock.advance(60_000);
  const again = { ...published, id: '2'.repeat(32) };
  expect(await settle(again)).toBe('Tide log 1');
  expect(renderings.map(({ request }) => request.facts.id)).toEqual([published.id, again.id]);
  expect(renderings.map(({ asker }) => asker?.user)).toEqual(['ada', 'ada']);
});

test('PB5 who publishes more than is kept loses their own pages alone, which are made again without a rest', async () => {
  const { renderings, read, settle } = scene();
  await settle();
  const long = Array.from({ length: 40 }, (_, at) => ({
    ...{ ...published, document: `long ${at}`, id: String(at).padStart(32, 'e') },
    publishedBy: 'eve',
  }));
  for (const each of long) await settle(each, 10_000, PUBLIC_PAGES.maxHtmlBytes);
  expect(long.length * PUBLIC_PAGES.maxHtmlBytes).toBeGreaterThan(PUBLIC_PAGES.cachedBytes);
  expect(await read()).toBe('Tide log 1');
  expect(await read(long.at(-1))).toBe('Tide log 1');
  expect(renderings).toHaveLength(1 + long.length);
  // Its rest is not over, and nothing has changed.
  const kept = Math.floor(PUBLIC_PAGES.cachedBytesOfPerson / PUBLIC_PAGES.maxHtmlBytes) - 1;
  expect(await settle(long.at(-1 - kept))).toBe('Tide log 1');
  expect(renderings).toHaveLength(2 + long.length);
});
