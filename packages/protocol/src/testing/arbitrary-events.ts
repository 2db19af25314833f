/** Arbitrary events about few people, documents and messages, so that events interact. */
import fc from 'fast-check';
import type { ChatEvent } from '../topics/chat.ts';
import type { CommentAnchor, CommentEvent } from '../topics/comments.ts';
import type { InboxEvent, Notification } from '../topics/inbox.ts';
import type { LibraryEvent } from '../topics/library.ts';
import type { Mention, ThreadMessage } from '../topics/message.ts';
import type { SharingEvent } from '../topics/sharing.ts';
import type { TrashEvent } from '../topics/trash.ts';
import type { VersionsEvent } from '../topics/versions.ts';

const at = fc.integer({ min: 0, max: 50 });
const userId = fc.constantFrom('ada', 'ben', 'cem');
const user = userId.map((id) => ({ id, name: id, color: 1 }));
/** Known by name only. */
const named = fc.constantFrom({ name: 'Cleo', color: 2 }, { name: 'ada', color: 1 });
const document = fc.constantFrom('d1', 'd2', 'd3');
const message = fc.constantFrom('m1', 'm2', 'm3');
const text = fc.constantFrom('low', 'high');
const mentions = fc.constant<Mention[]>([]);

const listed = fc.record({
  id: document,
  kind: fc.constant('page' as const),
  title: text,
  role: fc.constantFrom('owner' as const, 'viewer' as const),
  parent: fc.constantFrom(null, 'd1', 'd2'),
  position: fc.constantFrom('a0', 'a1'),
  excerpt: fc.constant(''),
  createdAt: at,
  updatedAt: at,
  chatRead: fc.integer({ min: 0, max: 5 }),
});

const profileChanged = fc.record({
  name: fc.constant('profile:changed' as const),
  at,
  user: fc.record({ id: userId, name: text, color: fc.constantFrom(1, 2) }),
});

export const libraryEvents: fc.Arbitrary<LibraryEvent> = fc.oneof(
  profileChanged,
  fc.record({ name: fc.constant('document:listed' as const), at, document: listed }),
  fc.record({ name: fc.constant('document:renamed' as const), at, document, title: text }),
  fc.record({
    name: fc.constant('document:moved' as const),
    at,
    document,
    parent: fc.constantFrom(null, 'd1', 'd2'),
    position: fc.constantFrom('a0', 'a1'),
  }),
  fc.record({
    name: fc.constant('document:favourited' as const),
    at,
    document,
    isFavourite: fc.boolean(),
  }),
  fc.record({
    name: fc.constant('document:followed' as const),
    at,
    document,
    follows: fc.constantFrom('all' as const, 'own' as const, 'none' as const),
  }),
  fc.record({
    name: fc.constant('document:templated' as const),
    at,
    document,
    isTemplate: fc.boolean(),
  }),
  fc.record({ name: fc.constant('document:unlisted' as const), at, document }),
  fc.record({
    name: fc.constant('chat:seen' as const),
    at,
    document,
    chatRead: fc.integer({ min: 0, max: 5 }),
  }),
  fc.record({
    name: fc.constant('comments:seen' as const),
    at,
    document,
    commentsRead: fc.integer({ min: 0, max: 5 }),
  }),
);

export const trashEvents: fc.Arbitrary<TrashEvent> = fc.oneof(
  fc.record({
    name: fc.constant('document:trashed' as const),
    at,
    document: fc.record({
      id: document,
      kind: fc.constant('page' as const),
      title: text,
      excerpt: fc.constant(''),
      trashedAt: at,
    }),
  }),
  fc.record({ name: fc.constant('document:restored' as const), at, document }),
  fc.record({ name: fc.constant('document:purged' as const), at, document }),
);

const notificationId = fc.constantFrom('n1', 'n2', 'n3');
const notification: fc.Arbitrary<Notification> = fc.record({
  id: notificationId,
  kind: fc.constantFrom('mention' as const, 'reply' as const, 'request' as const),
  document,
  title: text,
  by: user,
  source: message.map((id) => ({ channel: 'chat' as const, message: id })),
  excerpt: text,
  at,
  isRead: fc.boolean(),
});
const notificationIds = fc.uniqueArray(notificationId, { maxLength: 2 });

export const inboxEvents: fc.Arbitrary<InboxEvent> = fc.oneof(
  fc.record({
    name: fc.constant('notification:listed' as const),
    at,
    notifications: fc.uniqueArray(notification, { selector: ({ id }) => id, maxLength: 2 }),
  }),
  fc.record({
    name: fc.constantFrom('notification:removed' as const, 'notification:seen' as const),
    at,
    notifications: notificationIds,
  }),
);

const sentMessage: fc.Arbitrary<ThreadMessage> = fc.record({
  id: message,
  number: fc.option(fc.integer({ min: 1, max: 9 })),
  author: user,
  text,
  mentions,
  replyTo: fc.constant(null),
  reactions: fc.constant<ThreadMessage['reactions']>([]),
  at,
  editedAt: fc.constant(null),
  deletedAt: fc.constant(null),
  imported: fc.option(
    fc.record({
      author: named,
      reactions: fc.constantFrom([], [{ emoji: '🌊', names: ['Cleo'] }]),
    }),
  ),
});

export const chatEvents: fc.Arbitrary<ChatEvent> = fc.oneof(
  profileChanged,
  fc.record({ name: fc.constant('chat:sent' as const), at, message: sentMessage }),
  fc.record({ name: fc.constant('chat:edited' as const), at, message, text, mentions }),
  fc.record({ name: fc.constant('chat:deleted' as const), at, message }),
  fc.record({
    name: fc.constant('chat:reacted' as const),
    at,
    message,
    user,
    emoji: fc.constantFrom('🌊', '⛵'),
    on: fc.boolean(),
  }),
);

const anchor: fc.Arbitrary<CommentAnchor> = fc.record({
  start: fc.constant({ client: 1, clock: 0 }),
  end: fc.constant({ client: 1, clock: 2 }),
  block: fc.constantFrom('b1', null),
  quote: text,
  prefix: fc.constant(''),
  suffix: fc.constant(''),
  length: fc.constant(3),
  unique: fc.constantFrom('quote' as const, 'context' as const, 'none' as const),
});
const thread = fc.constantFrom('t1', 't2');
const inThread = { thread, message };

export const commentEvents: fc.Arbitrary<CommentEvent> = fc.oneof(
  profileChanged,
  fc.record({
    name: fc.constant('comment:started' as const),
    at,
    thread: fc.record({
      id: thread,
      anchor,
      resolved: fc.option(fc.record({ by: user, at, imported: fc.option(named) })),
      messages: fc.tuple(sentMessage),
    }),
  }),
  fc.record({
    name: fc.constant('comment:replied' as const),
    at,
    thread,
    message: sentMessage,
  }),
  fc.record({ name: fc.constant('comment:edited' as const), at, ...inThread, text, mentions }),
  fc.record({ name: fc.constant('comment:deleted' as const), at, ...inThread }),
  fc.record({
    name: fc.constant('comment:reacted' as const),
    at,
    ...inThread,
    user,
    emoji: fc.constantFrom('🌊', '⛵'),
    on: fc.boolean(),
  }),
  fc.record({
    name: fc.constant('comment:resolved' as const),
    at,
    thread,
    user,
    on: fc.boolean(),
    imported: fc.option(fc.record({ by: named, at })),
  }),
  fc.record({ name: fc.constant('comment:reanchored' as const), at, thread, anchor }),
);

export const sharingEvents: fc.Arbitrary<SharingEvent> = fc.oneof(
  profileChanged,
  fc.record({
    name: fc.constant('link:changed' as const),
    at,
    link: fc.constantFrom('off' as const, 'view' as const, 'edit' as const),
    expiresAt: fc.option(at),
  }),
  fc.record({
    name: fc.constant('publication:changed' as const),
    at,
    publication: fc.option(fc.record({ id: fc.constant('0'.repeat(32)), isIndexed: fc.boolean() })),
  }),
  fc.record({
    name: fc.constant('inheritance:changed' as const),
    at,
    link: fc.constantFrom('off' as const, 'view' as const),
    isLinkInherited: fc.boolean(),
    around: fc.option(
      fc.record({ link: fc.constant('view' as const), isRestricted: fc.boolean() }),
    ),
    members: fc.array(
      fc.record({
        user,
        role: fc.constantFrom('editor' as const, 'viewer' as const),
        isOwn: fc.constant(true),
        from: fc.integer({ min: 1, max: 3 }),
      }),
      { maxLength: 2 },
    ),
  }),
  fc.record({
    name: fc.constant('member:changed' as const),
    at,
    member: fc.record({
      user,
      role: fc.constantFrom('editor' as const, 'commenter' as const, 'viewer' as const),
      isOwn: fc.boolean(),
    }),
  }),
  fc.record({ name: fc.constant('member:removed' as const), at, user: userId }),
);

const version = fc.constantFrom('v1', 'v2', 'v3');

export const versionsEvents: fc.Arbitrary<VersionsEvent> = fc.oneof(
  fc.record({
    name: fc.constant('version:named' as const),
    at,
    version: fc.record({ id: version, offset: fc.nat(5), title: text, by: userId, at }),
  }),
  fc.record({ name: fc.constant('version:renamed' as const), at, version, title: text }),
  fc.record({ name: fc.constant('version:deleted' as const), at, version }),
);
