import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { reduceChannel, type ChannelEvent, type ChannelState } from '../channels.ts';
import {
  MAX_TRASH,
  MAX_CHAT_PAGE,
  MAX_DASHBOARD_SAMPLES,
  MAX_INBOX,
  MAX_REACTIONS_PER_MESSAGE,
  MAX_SHARING_MEMBERS,
  MAX_TEMPLATES,
} from '../limits.ts';
import {
  chatEvents,
  commentEvents,
  inboxEvents,
  libraryEvents,
  sharingEvents,
  versionsEvents,
  trashEvents,
} from '../testing/arbitrary-events.ts';
import { reduceActivity } from './activity.ts';
import { prependChat, reduceChat, type ChatState } from './chat.ts';
import type { CommentsState } from './comments.ts';
import { reduceInbox, type InboxState, type Notification } from './inbox.ts';
import type { ThreadMessage } from './message.ts';
import { reduceDashboard, type DashboardSample } from './dashboard.ts';
import {
  appendLibrary,
  mergeDocuments,
  reduceLibrary,
  trimLibrary,
  withoutGaps,
  type LibraryState,
  type ListedDocument,
} from './library.ts';
import { reduceSharing, type SharingState } from './sharing.ts';
import type { VersionsState } from './versions.ts';
import { reduceTrash, type TrashState } from './trash.ts';

const RUNS = { seed: 17, numRuns: 500 };
const ada = { id: 'ada', name: 'ada', color: 1 };
const NO_TRASH: TrashState = { type: 'trash', documents: [] };
const NO_INBOX: InboxState = { type: 'inbox', notifications: [] };
const NO_LIBRARY: LibraryState = { type: 'library', user: ada, documents: [], next: null };
const NO_CHAT: ChatState = { type: 'chat', messages: [], head: 0 };
const NO_COMMENTS: CommentsState = { type: 'comments', threads: [], head: 0 };
const NO_VERSIONS: VersionsState = { type: 'versions', versions: [] };
const NO_SHARING: SharingState = {
  type: 'sharing',
  owner: 'ada',
  expiresAt: null,
  hasPassword: false,
  publication: null,
  link: 'off',
  isLinkInherited: false,
  around: null,
  members: [],
};

const listed = (id: string, updatedAt: number, chatRead = 0): ListedDocument => ({
  id,
  kind: 'page',
  title: id,
  role: 'owner',
  parent: null,
  position: 'a0',
  excerpt: '',
  createdAt: 0,
  updatedAt,
  chatRead,
});
const message = (number: number): ThreadMessage => ({
  id: `m${number}`,
  number,
  author: ada,
  text: 'low tide',
  mentions: [],
  replyTo: null,
  reactions: [],
  at: number,
  editedAt: null,
  deletedAt: null,
  imported: null,
});
const person = (id: string) => ({ id, name: id, color: 1 });
const member = (id: string, isOwn = true) =>
  ({ user: { id, name: id, color: 1 }, role: 'editor', isOwn }) as const;
const chatOf = (...numbers: number[]): ChatState => ({
  ...NO_CHAT,
  messages: numbers.map(message),
  head: numbers.at(-1) ?? 0,
});
const numbers = ({ messages }: ChatState) => messages.map(({ number }) => number);

function after<S extends ChannelState>(state: S, events: readonly ChannelEvent[]): ChannelState {
  return events.reduce<ChannelState>((before, event) => reduceChannel(before, event), state);
}

describe('any state, any event', () => {
  test.each([
    ['library', NO_LIBRARY, libraryEvents],
    ['chat', NO_CHAT, chatEvents],
    ['comments', NO_COMMENTS, commentEvents],
    ['sharing', NO_SHARING, sharingEvents],
    ['trash', NO_TRASH, trashEvents],
    ['inbox', NO_INBOX, inboxEvents],
    ['versions', NO_VERSIONS, versionsEvents],
  ] as const)('%s: what comes twice counts once', (_, empty, events) => {
    fc.assert(
      fc.property(fc.array<ChannelEvent>(events), events, (before, event) => {
        const once = after(empty, [...before, event]);
        expect(reduceChannel(once, event)).toEqual(once);
      }),
      RUNS,
    );
  });

  test.each([
    ['library', NO_LIBRARY, fc.oneof(chatEvents, commentEvents, sharingEvents, trashEvents)],
    ['chat', NO_CHAT, fc.oneof(libraryEvents, commentEvents, sharingEvents, trashEvents)],
    ['comments', NO_COMMENTS, fc.oneof(libraryEvents, chatEvents, sharingEvents, trashEvents)],
    ['sharing', NO_SHARING, fc.oneof(libraryEvents, chatEvents, trashEvents)],
    ['inbox', NO_INBOX, fc.oneof(libraryEvents, chatEvents, commentEvents, trashEvents)],
    ['trash', NO_TRASH, fc.oneof(libraryEvents, chatEvents, sharingEvents, versionsEvents)],
    ['versions', NO_VERSIONS, fc.oneof(libraryEvents, chatEvents, sharingEvents, trashEvents)],
  ] as const)('%s: another channel’s events change nothing', (_, empty, events) => {
    fc.assert(
      // The new name reaches every member.
      fc.property(events, (event) => {
        fc.pre(event.name !== 'profile:changed');
        expect(reduceChannel(empty, event)).toBe(empty);
      }),
      RUNS,
    );
  });

  test.each([
    ['library', NO_LIBRARY, libraryEvents],
    ['chat', NO_CHAT, chatEvents],
    ['comments', NO_COMMENTS, commentEvents],
    ['sharing', NO_SHARING, sharingEvents],
    ['trash', NO_TRASH, trashEvents],
    ['inbox', NO_INBOX, inboxEvents],
    ['versions', NO_VERSIONS, versionsEvents],
  ] as const)('%s: the state before is left alone', (_, empty, events) => {
    fc.assert(
      fc.property(fc.array<ChannelEvent>(events), events, (earlier, event) => {
        const state = after(empty, earlier);
        const before = JSON.stringify(state);
        reduceChannel(state, event);
        expect(JSON.stringify(state)).toBe(before);
      }),
      RUNS,
    );
  });

  test('comments: each thread once, and none without a message (CO5)', () => {
    fc.assert(
      fc.property(fc.array<ChannelEvent>(commentEvents), (events) => {
        const { threads } = after(NO_COMMENTS, events) as CommentsState;
        expect(new Set(threads.map(({ id }) => id)).size).toBe(threads.length);
        for (const { messages } of threads)
          expect(messages.some(({ deletedAt }) => deletedAt === null)).toBe(true);
      }),
      RUNS,
    );
  });

  test('library: each document once, last changed first', () => {
    fc.assert(
      fc.property(fc.array<ChannelEvent>(libraryEvents), (events) => {
        const { documents } = after(NO_LIBRARY, events) as LibraryState;
        const times = documents.map(({ updatedAt }) => updatedAt);
        expect(new Set(documents.map(({ id }) => id)).size).toBe(documents.length);
        expect(times).toEqual(times.toSorted((a, b) => b - a));
      }),
      RUNS,
    );
  });

  test('chat: each message once, and no user has reacted twice with one emoji', () => {
    fc.assert(
      fc.property(fc.array<ChannelEvent>(chatEvents), (events) => {
        const { messages } = after(NO_CHAT, events) as ChatState;
        expect(new Set(messages.map(({ id }) => id)).size).toBe(messages.length);
        for (const { reactions } of messages)
          for (const { users } of reactions) {
            expect(users.length).toBeGreaterThan(0);
            expect(new Set(users.map(({ id }) => id)).size).toBe(users.length);
          }
      }),
      RUNS,
    );
  });
});

describe('inbox', () => {
  const notified = (number: number): Notification => ({
    id: `n${String(number).padStart(3, '0')}`,
    kind: 'reply',
    document: 'd1',
    title: 'Tides',
    by: ada,
    source: { channel: 'chat', message: `m${number}` },
    excerpt: 'low tide',
    at: number,
    isRead: false,
  });
  const listing = (...numbers: number[]) =>
    ({ name: 'notification:listed', at: 1, notifications: numbers.map(notified) }) as const;

  test('NT8 has the newest notifications, the newest first, in whatever order they come', () => {
    const ids = ({ notifications }: InboxState) => notifications.map(({ at }) => at);
    const inbox = reduceInbox(reduceInbox(NO_INBOX, listing(1, 3)), listing(2));
    expect(ids(inbox)).toEqual([3, 2, 1]);
    const many = Array.from({ length: MAX_INBOX }, (_, i) => i + 10);
    expect(ids(reduceInbox(inbox, listing(...many))).at(-1)).toBe(10);
  });

  test('NT6 keeps the object when an event changes nothing', () => {
    const inbox = reduceInbox(NO_INBOX, listing(1));
    const about = { at: 2, notifications: ['n009'] };
    expect(reduceInbox(inbox, { name: 'notification:seen', ...about })).toBe(inbox);
    expect(reduceInbox(inbox, { name: 'notification:removed', ...about })).toBe(inbox);
    const seen = { name: 'notification:seen' as const, at: 2, notifications: ['n001'] };
    const read = reduceInbox(inbox, seen);
    expect(read.notifications).toMatchObject([{ isRead: true }]);
    expect(reduceInbox(read, seen)).toBe(read);
  });
});

describe('trash', () => {
  const trashed = (id: string, trashedAt: number) =>
    ({
      name: 'document:trashed',
      at: trashedAt,
      document: { id, kind: 'page', title: id, excerpt: '', trashedAt },
    }) as const;

  test('PO5 keeps what was moved there last, newest first', () => {
    const events = Array.from({ length: MAX_TRASH + 1 }, (_, at) => trashed(`d${at}`, at));
    const { documents } = events.reduce(reduceTrash, NO_TRASH);
    expect(documents).toHaveLength(MAX_TRASH);
    expect([documents[0]?.id, documents.at(-1)?.id]).toEqual([`d${MAX_TRASH}`, 'd1']);
  });

  test('what is restored or purged leaves it', () => {
    const state = [trashed('d1', 1), trashed('d2', 2)].reduce(reduceTrash, NO_TRASH);
    for (const name of ['document:restored', 'document:purged'] as const) {
      const after = reduceTrash(state, { name, at: 3, document: 'd1' });
      expect(after.documents.map(({ id }) => id)).toEqual(['d2']);
      expect(reduceTrash(after, { name, at: 4, document: 'd1' })).toBe(after);
    }
  });
});

describe('library', () => {
  test('a change that is not one gives the same object back', () => {
    for (const name of ['document:renamed', 'document:unlisted', 'chat:seen'] as const) {
      const event = { name, at: 1, document: 'other', title: 'x', chatRead: 2 } as never;
      expect(reduceLibrary(NO_LIBRARY, event)).toBe(NO_LIBRARY);
    }
  });

  test('a reading mark never moves back', () => {
    const state = { ...NO_LIBRARY, documents: [listed('d', 1, 7)] };
    const seen = reduceLibrary(state, { name: 'chat:seen', at: 1, document: 'd', chatRead: 3 });
    expect(seen.documents[0]?.chatRead).toBe(7);
  });

  test('a renamed document comes to the top', () => {
    const state = { ...NO_LIBRARY, documents: [listed('new', 9), listed('old', 2)] };
    const event = { name: 'document:renamed', at: 10, document: 'old', title: 'Tide' } as const;
    expect(reduceLibrary(state, event).documents.map(({ title }) => title)).toEqual([
      'Tide',
      'new',
    ]);
  });

  const ids = ({ documents }: Pick<LibraryState, 'documents'>) => documents.map(({ id }) => id);
  const place = (id: string, updatedAt: number) => ({ id, updatedAt });

  test('W41 pages join up, and what a search found beyond them leaves no gap', () => {
    const first = {
      ...NO_LIBRARY,
      documents: [listed('e', 5), listed('d', 4)],
      next: place('d', 4),
    };
    const found = mergeDocuments(first, [listed('a', 1)]);
    expect(ids(found)).toEqual(['e', 'd', 'a']);
    expect(ids({ documents: [...withoutGaps(found.documents, found.next)] })).toEqual(['e', 'd']);
    const page = { documents: [listed('b', 3), listed('c', 3)], next: place('c', 3) };
    const second = appendLibrary(found, place('d', 4), page);
    expect(ids(second)).toEqual(['e', 'd', 'b', 'c', 'a']);
    expect(second.next).toEqual(place('c', 3));
    // A page that was requested twice, or in another epoch of the list, does not move its end.
    expect(appendLibrary(second, place('d', 4), page)).toEqual(second);
    const last = appendLibrary(second, place('c', 3), { documents: [listed('a', 1)], next: null });
    expect(last.next).toBeNull();
    expect(ids(last)).toEqual(['e', 'd', 'b', 'c', 'a']);
  });

  test('W41 a title of a document far down is that of the document that was found', () => {
    const state = { ...NO_LIBRARY, documents: [listed('e', 5)], next: place('e', 5) };
    const found = mergeDocuments(state, [listed('a', 1)]);
    const event = { name: 'document:renamed', at: 9, document: 'a', title: 'Tide' } as const;
    const renamed = reduceLibrary(found, event);
    expect(renamed.documents.map(({ title }) => title)).toEqual(['Tide', 'e']);
    expect(withoutGaps(renamed.documents, renamed.next)).toHaveLength(2);
  });

  test('is cut to its beginning, with the place of the next page', () => {
    const documents = [listed('c', 3), listed('b', 2), listed('a', 1)];
    const state = { ...NO_LIBRARY, documents };
    expect(trimLibrary(state, 3)).toEqual(state);
    expect(trimLibrary(state, 2)).toMatchObject({
      documents: [{ id: 'c' }, { id: 'b' }],
      next: place('b', 2),
    });
    const partial = { ...state, next: place('c', 3) };
    expect(trimLibrary(partial, 2)).toMatchObject({
      documents: [{ id: 'c' }],
      next: place('c', 3),
    });
  });

  test('TM2 TR9 keeps templates and favourites beyond its end', () => {
    const documents = [
      listed('d', 4),
      listed('c', 3),
      { ...listed('b', 2), isTemplate: true } as const,
      { ...listed('a', 1), favouriteAt: 9 },
    ];
    expect(trimLibrary({ ...NO_LIBRARY, documents }, 1)).toMatchObject({
      documents: [{ id: 'd' }, { id: 'b' }, { id: 'a' }],
      next: place('d', 4),
    });
    const many = Array.from({ length: MAX_TEMPLATES + 9 }, (_, index) => ({
      ...listed(`t${index}`, 1_000 - index),
      isTemplate: true as const,
    }));
    const trimmed = trimLibrary({ ...NO_LIBRARY, documents: many }, 1);
    expect(trimmed.documents).toHaveLength(MAX_TEMPLATES);
  });
});

describe('chat', () => {
  test('is bounded: the oldest goes, as many as are kept stay', () => {
    const full = chatOf(...Array.from({ length: MAX_CHAT_PAGE }, (_, index) => index + 1));
    const event = { name: 'chat:sent', at: 1, message: message(MAX_CHAT_PAGE + 1) } as const;
    expect(numbers(reduceChat(full, event))[0]).toBe(2);
    expect(reduceChat(full, event).head).toBe(MAX_CHAT_PAGE + 1);
    expect(numbers(reduceChat(full, event, 100))).toHaveLength(MAX_CHAT_PAGE + 1);
  });

  test('a deleted message keeps its place and nothing else, and stays deleted', () => {
    const deleted = after(chatOf(1), [
      { name: 'chat:reacted', at: 2, message: 'm1', user: person('ben'), emoji: '🌊', on: true },
      { name: 'chat:deleted', at: 3, message: 'm1' },
    ]);
    expect(deleted).toMatchObject({
      messages: [{ number: 1, text: '', reactions: [], deletedAt: 3 }],
    });
    const late = { message: 'm1', text: 'x', mentions: [] };
    expect(reduceChannel(deleted, { name: 'chat:edited', at: 4, ...late })).toBe(deleted);
  });

  test('reactions come and go, and a message has at most so many kinds', () => {
    const react = (emoji: string, user: string, on: boolean) =>
      ({ name: 'chat:reacted', at: 1, message: 'm1', user: person(user), emoji, on }) as const;
    const both = after(chatOf(1), [react('🌊', 'ada', true), react('🌊', 'ben', true)]);
    expect(both).toMatchObject({
      messages: [{ reactions: [{ emoji: '🌊', users: [person('ada'), person('ben')] }] }],
    });
    const none = after(both as ChatState, [react('🌊', 'ada', false), react('🌊', 'ben', false)]);
    expect(none).toMatchObject({ messages: [{ reactions: [] }] });
    const many = Array.from({ length: MAX_REACTIONS_PER_MESSAGE + 3 }, (_, index) =>
      react(`e${index}`, 'ada', true),
    );
    const [first] = (after(chatOf(1), many) as ChatState).messages;
    expect(first?.reactions).toHaveLength(MAX_REACTIONS_PER_MESSAGE);
  });

  test('reactions show the current names of their users', () => {
    const reacted = after(chatOf(1), [
      { name: 'chat:reacted', at: 1, message: 'm1', user: person('ben'), emoji: '🌊', on: true },
      { name: 'chat:reacted', at: 2, message: 'm1', user: person('cem'), emoji: '🌊', on: true },
    ]);
    const renamed = { id: 'ben', name: 'Benjamin', color: 3 };
    const event = { name: 'profile:changed', at: 3, user: renamed } as const;
    expect(reduceChannel(reacted, event)).toMatchObject({
      messages: [{ reactions: [{ emoji: '🌊', users: [renamed, person('cem')] }] }],
    });
  });

  test('a page of history is added before the loaded messages, without known ones', () => {
    const page = { messages: [message(1), message(2), message(3)] };
    expect(numbers(prependChat(chatOf(3, 4), page))).toEqual([1, 2, 3, 4]);
    expect(numbers(prependChat(NO_CHAT, page))).toEqual([]);
    expect(numbers(prependChat({ ...NO_CHAT, head: 3 }, page))).toEqual([1, 2, 3]);
  });

  test('a page that does not join up changes nothing', () => {
    const state = chatOf(7, 8);
    expect(prependChat(state, { messages: [message(1), message(2)] })).toBe(state);
    expect(prependChat(state, { messages: [] })).toBe(state);
  });
});

describe('sharing', () => {
  test('a member by the link has its access, and disappears with it', () => {
    const state = { ...NO_SHARING, members: [member('ada'), member('ben', false)] };
    const viewed = reduceSharing(state, {
      name: 'link:changed',
      at: 1,
      link: 'view',
      expiresAt: null,
    });
    expect(viewed.members.map(({ role }) => role)).toEqual(['editor', 'viewer']);
    const closed = reduceSharing(viewed, {
      name: 'link:changed',
      at: 1,
      link: 'off',
      expiresAt: null,
    });
    expect(closed.members.map(({ user }) => user.id)).toEqual(['ada']);
  });

  test('the owner first, then by name; at most a page', () => {
    const owner = { ...member('zoe'), role: 'owner' } as const;
    const state = { ...NO_SHARING, members: [owner, member('ben')] };
    const changed = reduceSharing(state, { name: 'member:changed', at: 1, member: member('ada') });
    expect(changed.members.map(({ user }) => user.id)).toEqual(['zoe', 'ada', 'ben']);
    const many = Array.from({ length: MAX_SHARING_MEMBERS + 5 }, (_, index) => ({
      name: 'member:changed' as const,
      at: 1,
      member: member(`p${index}`),
    }));
    expect((after(NO_SHARING, many) as SharingState).members).toHaveLength(MAX_SHARING_MEMBERS);
  });
});

test('a new name appears on the user’s messages and in the sharing of documents', () => {
  const event = {
    name: 'profile:changed',
    at: 1,
    user: { id: 'ada', name: 'Zora', color: 3 },
  } as const;
  const chat = reduceChannel(chatOf(1, 2), event) as ChatState;
  expect(chat.messages.map(({ author }) => author)).toEqual([event.user, event.user]);
  expect(reduceChannel(NO_CHAT, event)).toBe(NO_CHAT);
  const sharing = { ...NO_SHARING, members: [member('ada'), member('ben')] };
  const { members } = reduceChannel(sharing, event) as SharingState;
  // By code points: capitals first.
  expect(members.map(({ user }) => user.name)).toEqual(['Zora', 'ben']);
  expect(reduceChannel(NO_SHARING, event)).toBe(NO_SHARING);
  const library = { ...NO_LIBRARY, user: { ...ada, id: 'ben' } };
  expect(reduceChannel(library, event)).toBe(library);
});

describe('newest values', () => {
  test('activity takes the newest of each document, and forgets those that are gone', () => {
    const activity = {
      excerpt: 'x',
      updatedAt: 1,
      present: [],
      chatHead: 0,
      chatImported: 0,
      chatDeleted: [],
    };
    // An own property of this name, as JSON from the wire has it.
    const strange = JSON.parse('{"__proto__": 1}') as Record<string, never>;
    const state = { type: 'activity', documents: { a: activity, b: activity } } as const;
    const newer = { ...activity, chatHead: 4 };
    const next = reduceActivity(state, { documents: { a: null, b: newer } });
    expect(next.documents).toEqual({ b: newer });
    const named = reduceActivity(state, { documents: strange });
    expect(Object.keys(named.documents)).toContain('__proto__');
    expect(Object.getPrototypeOf(named.documents)).toBe(Object.prototype);
  });

  test('a dashboard holds the last minutes', () => {
    const samples = Array.from({ length: MAX_DASHBOARD_SAMPLES }, (_, at) => ({ at }));
    const state = { type: 'dashboard', samples: samples as DashboardSample[] } as const;
    const next = reduceDashboard(state, { sample: { at: 999 } as DashboardSample });
    expect(next.samples).toHaveLength(MAX_DASHBOARD_SAMPLES);
    expect(next.samples.at(-1)?.at).toBe(999);
  });
});
