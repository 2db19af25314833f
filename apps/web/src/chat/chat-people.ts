/**
 * The people of a chat or of comments under their current names: members present, people with a role, and authors of messages and
 * reactions.
 */
import type { DocumentSession } from '@tandem/client';
import type { Role, SharingState, ThreadMessage, User } from '@tandem/protocol';
import { useMemo } from 'react';
import { useChannel, useChannelValue } from '../session/use-channel.ts';
import { useSessionValue } from '../session/use-document-session.ts';

export interface ChatPerson extends User {
  readonly isHere: boolean;
  readonly role: Role | null;
  readonly spokeAt: number | null;
}

export function useChatPeople(
  session: DocumentSession,
  messages: readonly ThreadMessage[] | null,
): readonly ChatPerson[] {
  const members = useSessionValue(session, ({ people }) => people.members);
  const sharing: SharingState | null = useChannelValue(
    useChannel(`sharing:${session.id}`),
    ({ state }) => (state?.type === 'sharing' ? state : null),
  );
  return useMemo(
    () =>
      peopleOf(messages ?? [], {
        roles: sharing?.members ?? [],
        members: members.map(({ user, name, color }) => ({ id: user, name, color })),
      }),
    [messages, sharing, members],
  );
}

export function peopleOf(
  messages: readonly ThreadMessage[],
  {
    roles,
    members,
  }: {
    readonly roles: readonly { readonly user: User; readonly role: Role }[];
    readonly members: readonly User[];
  },
): readonly ChatPerson[] {
  const known = new Map<string, ChatPerson>();
  const add = (user: User, facts: Partial<Omit<ChatPerson, keyof User>> = {}) => {
    const before = known.get(user.id) ?? { isHere: false, role: null, spokeAt: null };
    known.set(user.id, { ...before, ...user, ...facts });
  };
  for (const { author, reactions, at, imported } of messages) {
    // The time of an imported one is that of a person in the file.
    add(author, imported === null ? { spokeAt: at } : {});
    for (const { users } of reactions) for (const user of users) add(user);
  }
  for (const { user, role } of roles) add(user, { role });
  for (const user of members) add(user, { isHere: true });
  return [...known.values()];
}
