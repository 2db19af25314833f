/** The server's name of a reliable channel. Unlike the wire's name, it includes the user of a user's own channel. */
import { readChannelName, type ChannelName } from '@tandem/protocol';

export type ChannelKey = `library:${string}` | `chat:${string}` | `sharing:${string}`;

export const libraryKey = (user: string): ChannelKey => `library:${user}`;
export const chatKey = (document: string): ChannelKey => `chat:${document}`;
export const sharingKey = (document: string): ChannelKey => `sharing:${document}`;

export function keyOf(name: ChannelName, user: string): ChannelKey | null {
  const { type, document } = readChannelName(name);
  switch (type) {
    case 'library':
      return libraryKey(user);
    case 'chat':
    case 'sharing':
      return `${type}:${document!}`;
    case 'activity':
    case 'dashboard':
      return null;
  }
}

export function nameOf(key: ChannelKey, user: string): ChannelName | null {
  if (!key.startsWith('library:')) return key as ChannelName;
  return key === libraryKey(user) ? 'library' : null;
}
