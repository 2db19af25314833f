/**
 * The inbox: what happened to a person's documents that concerns this person (NT1). The state has the newest
 * notifications; older ones are paged over HTTP. The unread ones of the state are counted.
 */
import * as z from 'zod/mini';
import {
  MAX_EXCERPT_LENGTH,
  MAX_INBOX,
  MAX_INBOX_PAGE,
  MAX_REQUEST_MESSAGE_LENGTH,
} from '../limits.ts';
import { documentId, instant, memberRole, title, ulid, user, userId } from '../messages/field.ts';
import { acceptedText, sentText } from '../text.ts';
import { ANY_ORDER, commandsOf, defineChannel, defineCommands, IN_TURN } from './definition.ts';
import { defineEvent } from './event.ts';

/** Where the message is; null in a notification of a role, and of a request. */
const messageSource = z.discriminatedUnion('channel', [
  z.object({ channel: z.literal('chat'), message: ulid }),
  z.object({ channel: z.literal('comments'), thread: ulid, message: ulid }),
]);

export const notification = z.object({
  id: ulid,
  /**
   * `mention`: a message names the person. `reply`: it answers a message of theirs, or is in a thread in which they
   * wrote. `comment`: it is in a document that they follow. `share`: they were given a role. `request`: `by` asks
   * for one (PO7).
   */
  kind: z.enum(['mention', 'reply', 'comment', 'share', 'request']),
  document: documentId,
  title,
  by: user,
  source: z.nullable(messageSource),
  /** The first words of the message, or those of the request. */
  excerpt: sentText(MAX_EXCERPT_LENGTH),
  at: instant,
  isRead: z.boolean(),
});
export type Notification = z.infer<typeof notification>;
export type NotificationKind = Notification['kind'];

export const inboxState = z.object({
  type: z.literal('inbox'),
  /** The newest first. */
  notifications: z.array(notification).check(z.maxLength(MAX_INBOX)),
});
export type InboxState = z.infer<typeof inboxState>;

export const inboxPage = z.object({
  notifications: z.array(notification).check(z.maxLength(MAX_INBOX_PAGE)),
  /** The list continues before this one; null: the list is complete. */
  next: z.nullable(ulid),
});
export type InboxPage = z.infer<typeof inboxPage>;
/** The id of a notification, before which a page begins. */
export const inboxPlace = ulid;

const ids = z.array(ulid);

const inboxEvents = [
  /** Also of known ones: their message was changed. */
  defineEvent('notification:listed', {
    notifications: z.array(notification).check(z.maxLength(MAX_INBOX)),
  }),
  /** What they are about was deleted, or may no longer be read. */
  defineEvent('notification:removed', { notifications: ids }),
  defineEvent('notification:seen', { notifications: ids }),
] as const;
export const inboxEvent = z.discriminatedUnion('name', [...inboxEvents]);
export type InboxEvent = z.infer<typeof inboxEvent>;

/** Returns the same object when the event changes nothing. */
export function reduceInbox(state: InboxState, event: InboxEvent): InboxState {
  const changed = new Set<string>(
    event.name === 'notification:listed'
      ? event.notifications.map(({ id }) => id)
      : event.notifications,
  );
  const others = state.notifications.filter(({ id }) => !changed.has(id));
  switch (event.name) {
    case 'notification:listed':
      return { ...state, notifications: newest([...event.notifications, ...others]) };
    case 'notification:removed':
      return others.length === state.notifications.length
        ? state
        : { ...state, notifications: others };
    case 'notification:seen': {
      const isNews = (of: Notification) => !of.isRead && changed.has(of.id);
      if (!state.notifications.some(isNews)) return state;
      const notifications = state.notifications.map((of) =>
        isNews(of) ? { ...of, isRead: true } : of,
      );
      return { ...state, notifications };
    }
  }
}

/** Ids begin with their time. */
function newest(notifications: readonly Notification[]): Notification[] {
  return notifications.toSorted((a, b) => (a.id < b.id ? 1 : -1)).slice(0, MAX_INBOX);
}

export const inboxChannel = defineChannel({
  type: 'inbox',
  of: 'person',
  state: inboxState,
  event: inboxEvent,
  reduce: reduceInbox,
});

const defineCommand = commandsOf(inboxChannel);

const requestMessage = acceptedText({
  lines: 'one',
  maxLength: MAX_REQUEST_MESSAGE_LENGTH,
  tooLong: `Write at most ${MAX_REQUEST_MESSAGE_LENGTH} characters.`,
  trimmed: 'both',
});

export const inboxCommands = defineCommands(
  defineCommand({
    name: 'notification:see',
    summary: 'Some notifications of the user have been seen.',
    input: z.strictObject({
      notifications: z.array(ulid).check(z.minLength(1), z.maxLength(MAX_INBOX)),
    }),
    order: ANY_ORDER,
    replaces: null,
    isIdempotent: true,
    isSilent: true,
    predict: ({ input: { notifications } }) => ({ name: 'notification:seen', notifications }),
  }),
  defineCommand({
    name: 'notification:see-all',
    summary: 'All notifications of the user up to this one have been seen.',
    input: z.strictObject({ until: ulid }),
    order: ANY_ORDER,
    replaces: {
      key: () => 'all notifications',
      covers: (later, earlier) => earlier.until <= later.until,
    },
    isIdempotent: true,
    isSilent: true,
    predict({ input: { until }, state }) {
      const seen = (state?.notifications ?? []).filter(({ id, isRead }) => !isRead && id <= until);
      if (seen.length === 0) return null;
      return { name: 'notification:seen', notifications: seen.map(({ id }) => id) };
    },
  }),
  defineCommand({
    name: 'access:request',
    summary: 'Asks those who may share a document for a role in it, whether or not there is one.',
    input: z.strictObject({ document: documentId, message: requestMessage }),
    order: ANY_ORDER,
    replaces: { key: () => 'access request' },
    isIdempotent: true,
    // What it does is in the inboxes of others.
    predict: () => ({ name: 'notification:seen', notifications: [] }),
  }),
  defineCommand({
    name: 'access:answer',
    summary: 'Gives the role that a person has asked for, or another one. Null: declines.',
    input: z.strictObject({ document: documentId, user: userId, role: z.nullable(memberRole) }),
    order: IN_TURN,
    replaces: null,
    isIdempotent: false,
    predict({ input: { document, user }, state }) {
      const answered = (state?.notifications ?? []).filter(
        (of) => of.kind === 'request' && of.document === document && of.by.id === user,
      );
      if (answered.length === 0) return null;
      return { name: 'notification:removed', notifications: answered.map(({ id }) => id) };
    },
  }),
);
