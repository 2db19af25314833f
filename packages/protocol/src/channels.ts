/**
 * Channels of events: what is not document text. Each has a name, an epoch, and the class by which it is
 * delivered. Positions in it are offsets, which count from 1 without a gap within an epoch.
 *
 * - `reliable`: every event, once, in order; a client that was away gets what it missed, or the state anew.
 * - `latest`: the newest value of each key, at most once per interval; what was between is not sent.
 */
import { z } from 'zod';
import { documentId } from './messages/field.ts';
import { asciiId } from './text.ts';

interface ChannelType {
  readonly delivery: 'reliable' | 'latest';
  /** Whose it is: the person's own, a document's, or the server's. */
  readonly of: 'person' | 'document' | 'server';
}

export const CHANNEL_TYPES = {
  /** A person's own list, name and reading marks, over all of their tabs and devices. */
  library: { delivery: 'reliable', of: 'person' },
  /** The chat of a document. */
  chat: { delivery: 'reliable', of: 'document' },
  /** Who may do what in a document. */
  sharing: { delivery: 'reliable', of: 'document' },
  /** What happens in the documents of a person's list: who is there, first words, newest chat message. */
  activity: { delivery: 'latest', of: 'person' },
  /** What an administrator watches. */
  dashboard: { delivery: 'latest', of: 'server' },
} as const satisfies Record<string, ChannelType>;

export type ChannelTypeName = keyof typeof CHANNEL_TYPES;

/** `library`, or `chat:<document>`. Whose library it is, the connection says. */
export type ChannelName =
  | 'library'
  | 'activity'
  | 'dashboard'
  | `chat:${string}`
  | `sharing:${string}`;

const documentChannel = (type: 'chat' | 'sharing') => z.templateLiteral([`${type}:`, documentId]);

export const channelName = z.union([
  z.literal('library'),
  z.literal('activity'),
  z.literal('dashboard'),
  documentChannel('chat'),
  documentChannel('sharing'),
]) satisfies z.ZodType<ChannelName>;

/** A name in its parts. */
export function readChannelName(name: ChannelName): {
  readonly type: ChannelTypeName;
  readonly document: string | null;
} {
  const at = name.indexOf(':');
  if (at < 0) return { type: name as ChannelTypeName, document: null };
  return { type: name.slice(0, at) as ChannelTypeName, document: name.slice(at + 1) };
}

/** Which life of a channel an offset belongs to. */
export const epoch = asciiId(64);
/** Position in a channel; 0 is before the first event. */
export const offset = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);

/** Where a client is in a channel. */
export const channelPosition = z.strictObject({ epoch, offset });
export type ChannelPosition = z.infer<typeof channelPosition>;
