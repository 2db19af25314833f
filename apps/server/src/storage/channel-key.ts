/** The server's name of a reliable channel. Unlike the wire's name, it includes the user of a user's own channel. */
import { readChannelName, type ChannelName } from '@tandem/protocol';

type PersonType = 'library' | 'trash' | 'inbox';
type DocumentType = 'chat' | 'comments' | 'sharing' | 'versions';
export type ChannelKey = `${PersonType}:${string}` | `${DocumentType}:${string}`;

export const libraryKey = (user: string): ChannelKey => `library:${user}`;
export const trashKey = (user: string): ChannelKey => `trash:${user}`;
export const inboxKey = (user: string): ChannelKey => `inbox:${user}`;
export const chatKey = (document: string): ChannelKey => `chat:${document}`;
export const commentsKey = (document: string): ChannelKey => `comments:${document}`;
export const versionsKey = (document: string): ChannelKey => `versions:${document}`;
export const sharingKey = (document: string): ChannelKey => `sharing:${document}`;

export function keyOf(name: ChannelName, user: string): ChannelKey | null {
  const { type, document } = readChannelName(name);
  switch (type) {
    case 'library':
    case 'trash':
    case 'inbox':
      return `${type}:${user}`;
    case 'chat':
    case 'comments':
    case 'sharing':
    case 'versions':
      return `${type}:${document!}`;
    case 'activity':
    case 'dashboard':
      return null;
  }
}

export function nameOf(key: ChannelKey, user: string): ChannelName | null {
  for (const type of ['library', 'trash', 'inbox'] as const)
    if (key.startsWith(`${type}:`)) return key === `${type}:${user}` ? type : null;
  return key as ChannelName;
}
