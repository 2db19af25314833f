import type { DocumentSession } from '@tandem/client';
import { appendBlocks, type Block, readPage, writePage } from '@tandem/document';
import { createAnchor } from '@tandem/document/anchors';
import {
  type Call,
  command as commandSchema,
  type CommentsState,
  type CommentThread,
  errorOf,
  MAX_IMPORTED_REACTION_NAMES,
  predict,
  reduceChannel,
  type User,
} from '@tandem/protocol';
import { ulid } from 'ulid';
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { type ExportedThread, exportedThread } from '../export/exported-comments.ts';
import { exportComments, pageTextOf } from '../export/page-comments.ts';
import type { CreationOptions } from './create-document.ts';
import { ImportedComments } from './imported-comments.ts';

const person = (id: string): User => ({ id, name: `Name of ${id}`, color: 3 });
const random = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length));
const text = (id: string, words: string): Block => ({
  type: 'textBlock',
  attrs: { id },
  content: [{ type: 'text', text: words }],
});

/** A document and its owner, whose commands take effect at once. */
class Place {
  readonly doc = new Y.Doc();
  state: CommentsState = { type: 'comments', threads: [], head: 0 };
  readonly calls: Call[] = [];
  #user = person('ben');
  #refuses: (call: Call) => boolean = () => false;
  readonly #refusals = new Set<(call: object, error: object) => void>();

  constructor(user: User, refuses: (call: Call) => boolean = () => false) {
    this.#user = user;
    this.#refuses = refuses;
  }

  run(call: Call, user = this.#user): string {
    const id = ulid();
    const command = commandSchema.parse({ ...call, id });
    this.calls.push(call);
    if (this.#refuses(call)) {
      for (const refused of this.#refusals) refused(command, errorOf('forbidden'));
      return id;
    }
    const event = predict(command, { user, at: 1_000, stateOf: () => this.state })!;
    const message =
      event.name === 'comment:started'
        ? event.thread.messages[0]
        : event.name === 'comment:replied'
          ? event.message
          : null;
    if (message) message.number = this.state.head + 1;
    this.state = reduceChannel(this.state, event) as CommentsState;
    return id;
  }

  get client(): CreationOptions['client'] {
    const never = () => () => undefined;
    return {
      connection: { state: { kind: 'connected' }, listen: never },
      commands: {
        run: (call: Call) => this.run(call),
        pending: [],
        onChange: never,
        onRefused: (listener: (call: object, error: object) => void) => {
          this.#refusals.add(listener);
          return () => this.#refusals.delete(listener);
        },
      },
    } as unknown as CreationOptions['client'];
  }

  export(): readonly ExportedThread[] {
    const written = JSON.stringify(exportComments(this.doc, this.state.threads));
    return (JSON.parse(written) as unknown[]).map((thread) => exportedThread.parse(thread));
  }

  async import(blocks: readonly Block[], threads: readonly ExportedThread[]) {
    appendBlocks(this.doc, blocks, random);
    const comments = new ImportedComments(this.client, 'd1');
    const session = { doc: this.doc } as DocumentSession;
    const misplaced = await comments.write(session, threads, new AbortController().signal);
    comments.close();
    return { misplaced, refused: comments.refused };
  }

  /** What each thread is about, in the text. */
  words(): string[] {
    const page = pageTextOf(this.doc);
    return exportComments(this.doc, this.state.threads).map(({ place }) =>
      place.kind === 'text' ? page.text.slice(place.from, place.to) : `(${place.quote})`,
    );
  }
}

function commented(): Place {
  const place = new Place(person('ada'));
  writePage(place.doc, [text('a', 'low tide, low tide'), text('b', 'high water 🌊')], random);
  const comment = (from: number, to: number, user: User, words: string): string =>
    place.run(
      {
        name: 'comment:start',
        input: {
          document: 'd1',
          anchor: createAnchor(pageTextOf(place.doc), { from, to })!,
          text: words,
          mentions: [],
        },
      },
      user,
    );
  const reply = (thread: string, user: User, words: string): string =>
    place.run(
      { name: 'comment:reply', input: { document: 'd1', thread, text: words, mentions: [] } },
      user,
    );
  // The second of the same words.
  const second = comment(10, 18, person('ben'), 'Which one, @Cleo?\n  ``code``');
  const answer = reply(second, person('cleo'), 'This one.');
  place.run(
    {
      name: 'comment:edit',
      input: { document: 'd1', message: answer, text: 'That.', mentions: [] },
    },
    person('cleo'),
  );
  for (const user of ['ada', 'dan'])
    place.run(
      { name: 'comment:react', input: { document: 'd1', message: answer, emoji: '🌊', on: true } },
      person(user),
    );
  // Over two blocks; its first message is deleted.
  const over = comment(14, 24, person('dan'), 'Delete me');
  reply(over, person('ada'), 'Too late');
  place.run({ name: 'comment:delete', input: { document: 'd1', message: over } }, person('dan'));
  place.run({ name: 'comment:resolve', input: { document: 'd1', thread: over, on: true } });
  // Its words are deleted.
  comment(19, 23, person('cleo'), 'Gone soon');
  place.doc.getText('text');
  return place;
}

function withoutWords(place: Place, words: string): void {
  const blocks = readPage(place.doc);
  const changed = JSON.parse(JSON.stringify(blocks).replace(words, '')) as Block[];
  writePage(place.doc, changed, random);
}

test('EX10 IM15 comments come back with their words, names and marks, again and again', async () => {
  const ada = commented();
  expect(ada.words()).toEqual(['low tide', 'tide\nhigh', 'high']);
  const first = ada.export();
  const ben = new Place(person('ben'));
  expect(await ben.import(readPage(ada.doc), first)).toEqual({ misplaced: 0, refused: 0 });
  expect(ben.words()).toEqual(ada.words());
  const second = ben.export();
  expect(second).toEqual(first);
  const cleo = new Place(person('cleo'));
  await cleo.import(readPage(ben.doc), second);
  expect(cleo.export()).toEqual(first);
  expect(
    first.map(({ messages, resolved }) => [messages.map(({ kind }) => kind), resolved]),
  ).toEqual([
    [['message', 'message'], null],
    [['deleted', 'message'], { by: { name: 'Name of ada', color: 3 }, at: 1_000 }],
    [['message'], null],
  ]);
});

test('EX10 IM15 a thread whose words are gone comes back without a place', async () => {
  const ada = commented();
  withoutWords(ada, 'high');
  expect(ada.words().at(-1)).toBe('(high)');
  const first = ada.export();
  const ben = new Place(person('ben'));
  await ben.import(readPage(ada.doc), first);
  expect(ben.words()).toEqual(ada.words());
  expect(ben.export()).toEqual(first);
});

test('IM15 no account speaks through a file: all messages are those of the person who imports', async () => {
  const ben = new Place(person('ben'));
  await ben.import(readPage(commented().doc), commented().export());
  const written = JSON.stringify(ben.state.threads);
  expect(
    ben.state.threads.flatMap(({ messages }) => messages.map(({ author }) => author.id)),
  ).toEqual(['ben', 'ben', 'ben', 'ben', 'ben']);
  expect(written).not.toMatch(/"(?:ada|cleo|dan)"/);
  expect(
    ben.state.threads.every(({ messages }) => messages.every((m) => m.mentions.length === 0)),
  ).toBe(true);
});

test('IM15 what the server refuses and what has no place is counted', async () => {
  const ada = commented();
  const threads = ada.export();
  const full = new Place(person('ben'), ({ name }) => name === 'comment:reply');
  expect(await full.import(readPage(ada.doc), threads)).toEqual({ misplaced: 0, refused: 2 });
  const short = new Place(person('ben'));
  expect(await short.import([text('a', 'low')], threads)).toEqual({ misplaced: 3, refused: 0 });
  expect(short.calls).toEqual([]);
});

test('EX10 of many reactions, the first names are in the file', () => {
  const ada = commented();
  const [thread] = ada.state.threads as [CommentThread];
  const users = Array.from({ length: 130 }, (_, index) => person(`p${index}`));
  const messages = thread.messages.map((message) => ({
    ...message,
    reactions: [{ emoji: '⛵', users }],
    imported: {
      author: { name: 'Eve', color: 1 },
      reactions: [{ emoji: '⛵', names: ['Eve'] }],
    },
  }));
  const [exported] = exportComments(ada.doc, [{ ...thread, messages }]) as [ExportedThread];
  expect(exported.messages[0]).toMatchObject({ author: { name: 'Eve', color: 1 } });
  const [message] = exported.messages;
  const names = message?.kind === 'message' ? message.reactions[0]!.names : [];
  expect(names).toHaveLength(MAX_IMPORTED_REACTION_NAMES);
  expect(names.slice(0, 2)).toEqual(['Eve', 'Name of p0']);
});

test.each([
  ['an id of an account', { author: { id: 'ada', name: 'Ada', color: 1 } }],
  ['a name that is too long', { author: { name: 'x'.repeat(100), color: 1 } }],
  ['a name without letters', { author: { name: '\u200b', color: 1 } }],
  ['a colour that is none', { author: { name: 'Ada', color: 99 } }],
  ['a text that is too long', { text: 'x'.repeat(5_000) }],
  ['no text', { text: ' ' }],
  ['a time that is none', { at: -1 }],
  ['a reaction that is no emoji', { reactions: [{ emoji: 'x', names: ['Ada'] }] }],
])('IM3 IM15 a message with %s is not read', (_, changes) => {
  const [thread] = commented().export() as [ExportedThread];
  expect(exportedThread.safeParse(thread).success).toBe(true);
  const messages = [{ ...thread.messages[0], ...changes }];
  expect(exportedThread.safeParse({ ...thread, messages }).success).toBe(false);
});
