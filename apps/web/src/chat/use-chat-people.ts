/** The people of a chat by the names that they have now: who is here, who may write, and who has spoken. */
import type { DocumentSession } from '@tandem/client';
import type { ChatState, SharingState, User } from '@tandem/protocol';
import { useMemo } from 'react';
import { useChannel, useChannelValue } from '../session/use-channel.ts';
import { useSessionValue } from '../session/use-document-session.ts';

export function useChatPeople(session: DocumentSession, chat: ChatState | null): readonly User[] {
  const members = useSessionValue(session, ({ people }) => people.members);
  const sharing: SharingState | null = useChannelValue(
    useChannel(`sharing:${session.id}`),
    ({ state }) => (state?.type === 'sharing' ? state : null),
  );
  return useMemo(() => {
    const known = new Map<string, User>();
    for (const { author } of chat?.messages ?? []) known.set(author.id, author);
    for (const { user } of sharing?.members ?? []) known.set(user.id, user);
    for (const { user, name, color } of members) known.set(user, { id: user, name, color });
    return [...known.values()];
  }, [chat, sharing, members]);
}
