/**
 * Channels of events, which carry everything except document text. Each has a name, an epoch and a
 * delivery class. Positions are offsets, which count from 1 without a gap within an epoch.
 *
 * - `reliable`: every event, once, in order; returning clients get the missed events or the state.
 * - `latest`: the newest value of each key, at most once per interval; others are skipped.
 */
import * as z from 'zod/mini';
import { documentId, epoch, offset, ulid } from './messages/field.ts';
import { activityState } from './topics/activity.ts';
import { chatChannel, type ChatEvent } from './topics/chat.ts';
import { commentsChannel, type CommentEvent } from './topics/comments.ts';
import { dashboardState } from './topics/dashboard.ts';
import type { NamedSchema, ReduceOptions } from './topics/definition.ts';
import { inboxChannel, type InboxEvent } from './topics/inbox.ts';
import { libraryChannel, type LibraryEvent } from './topics/library.ts';
import { sharingChannel, type SharingEvent } from './topics/sharing.ts';
import { trashChannel, type TrashEvent } from './topics/trash.ts';
import { versionsChannel, type VersionsEvent } from './topics/versions.ts';

const RELIABLE = {
  library: libraryChannel,
  trash: trashChannel,
  inbox: inboxChannel,
  chat: chatChannel,
  comments: commentsChannel,
  sharing: sharingChannel,
  versions: versionsChannel,
} as const;

interface ChannelType {
  readonly delivery: 'reliable' | 'latest';
  readonly of: 'person' | 'document' | 'server';
}

export const CHANNEL_TYPES = {
  library: { delivery: 'reliable', of: RELIABLE.library.of },
  trash: { delivery: 'reliable', of: RELIABLE.trash.of },
  inbox: { delivery: 'reliable', of: RELIABLE.inbox.of },
  chat: { delivery: 'reliable', of: RELIABLE.chat.of },
  comments: { delivery: 'reliable', of: RELIABLE.comments.of },
  sharing: { delivery: 'reliable', of: RELIABLE.sharing.of },
  versions: { delivery: 'reliable', of: RELIABLE.versions.of },
  activity: { delivery: 'latest', of: 'person' },
  dashboard: { delivery: 'latest', of: 'server' },
} as const satisfies Record<string, ChannelType>;

export type ChannelTypeName = keyof typeof CHANNEL_TYPES;

/** `library` or `chat:<document>`. A `person` channel belongs to the connection's user. */
export type ChannelName =
  | 'library'
  | 'trash'
  | 'inbox'
  | 'activity'
  | 'dashboard'
  | `chat:${string}`
  | `comments:${string}`
  | `sharing:${string}`
  | `versions:${string}`;

const documentChannel = (type: 'chat' | 'comments' | 'sharing' | 'versions') =>
  z.templateLiteral([`${type}:`, documentId]);

export const channelName = z.union([
  z.literal('library'),
  z.literal('trash'),
  z.literal('inbox'),
  z.literal('activity'),
  z.literal('dashboard'),
  documentChannel('chat'),
  documentChannel('comments'),
  documentChannel('sharing'),
  documentChannel('versions'),
]) satisfies z.ZodMiniType<ChannelName>;

export function readChannelName(name: ChannelName): {
  readonly type: ChannelTypeName;
  readonly document: string | null;
} {
  const at = name.indexOf(':');
  if (at < 0) return { type: name as ChannelTypeName, document: null };
  return { type: name.slice(0, at) as ChannelTypeName, document: name.slice(at + 1) };
}

export const channelPosition = z.strictObject({ epoch, offset });
export type ChannelPosition = z.infer<typeof channelPosition>;
export const sentPosition = z.object(channelPosition.shape);

/** The full content of a channel at one offset, for a client that cannot recover by events. */
export const channelState = z.discriminatedUnion('type', [
  RELIABLE.library.state,
  RELIABLE.trash.state,
  RELIABLE.inbox.state,
  RELIABLE.chat.state,
  RELIABLE.comments.state,
  RELIABLE.sharing.state,
  RELIABLE.versions.state,
  activityState,
  dashboardState,
]);
export type ChannelState = z.infer<typeof channelState>;
export type ChannelStateOf<T extends ChannelState['type']> = Extract<ChannelState, { type: T }>;

export type ChannelEvent =
  | LibraryEvent
  | TrashEvent
  | InboxEvent
  | ChatEvent
  | CommentEvent
  | SharingEvent
  | VersionsEvent;

const eventsByName = new Map<string, z.ZodMiniType>(
  Object.values(RELIABLE).flatMap(({ event }) =>
    event.def.options.map((option) => [nameOf(option), option] as const),
  ),
);

export const channelEvent = z.discriminatedUnion('name', [...eventsByName.values()] as unknown as [
  typeof libraryChannel.event,
]) as unknown as z.ZodMiniType<ChannelEvent>;

/** Placeholder for an event that this version does not know. It counts as one offset. */
export interface UnknownEvent {
  readonly name: 'unknown-event';
  readonly command?: string | undefined;
}
export type ReceivedEvent = ChannelEvent | UnknownEvent;

const unknownEvent = z.codec(
  z.object({
    name: z.string().check(z.refine((name) => !eventsByName.has(name))),
    command: z.catch(z.optional(ulid), undefined),
  }),
  z.object({ name: z.literal('unknown-event'), command: z.optional(ulid) }),
  {
    decode: ({ command }) => ({ name: 'unknown-event' as const, command }),
    encode: () => {
      throw new Error('an unknown event is not sent');
    },
  },
);

export const receivedEvent = z.union([
  channelEvent,
  unknownEvent,
]) satisfies z.ZodMiniType<ReceivedEvent>;

const namesByType = {
  library: namesOf(RELIABLE.library.event),
  trash: namesOf(RELIABLE.trash.event),
  inbox: namesOf(RELIABLE.inbox.event),
  chat: namesOf(RELIABLE.chat.event),
  comments: namesOf(RELIABLE.comments.event),
  sharing: namesOf(RELIABLE.sharing.event),
  versions: namesOf(RELIABLE.versions.event),
};

function namesOf({ def }: (typeof RELIABLE)[keyof typeof RELIABLE]['event']): Set<string> {
  return new Set(def.options.map(nameOf));
}

function nameOf({ shape }: NamedSchema): string {
  return shape.name.def.values[0]!;
}

/** Applies an event to a channel's state; events of other channel types change nothing. */
export function reduceChannel(
  state: ChannelState,
  event: ReceivedEvent,
  options: ReduceOptions = {},
): ChannelState {
  switch (state.type) {
    case 'library':
    case 'trash':
    case 'inbox':
    case 'chat':
    case 'comments':
    case 'sharing':
    case 'versions': {
      if (!namesByType[state.type].has(event.name)) return state;
      const { reduce } = RELIABLE[state.type];
      return reduce(state as never, event as never, options);
    }
    case 'activity':
    case 'dashboard':
      return state;
  }
}
