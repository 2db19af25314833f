/** What an event makes of who may do what in a document. */
import type { SharingEvent } from '../events/events.ts';
import { MAX_SHARING_MEMBERS } from '../limits.ts';
import type { LinkAccess, Role } from '../messages/field.ts';
import type { SharingMember, SharingState } from './sharing.ts';

/** Gives the same object back when the event changes nothing. */
export function reduceSharing(state: SharingState, event: SharingEvent): SharingState {
  switch (event.name) {
    case 'profile:changed': {
      const { user } = event;
      if (!state.members.some((member) => member.user.id === user.id)) return state;
      const members = state.members.map((member) =>
        member.user.id === user.id ? { ...member, user } : member,
      );
      return { ...state, members: inOrder(members) };
    }
    case 'link:changed':
      return {
        ...state,
        link: event.link,
        members: inOrder(state.members.flatMap((member) => underLink(member, event.link))),
      };
    case 'member:changed':
      return {
        ...state,
        members: inOrder([
          event.member,
          ...state.members.filter(({ user }) => user.id !== event.member.user.id),
        ]),
      };
    case 'member:removed':
      return state.members.some(({ user }) => user.id === event.user)
        ? { ...state, members: state.members.filter(({ user }) => user.id !== event.user) }
        : state;
  }
}

/** What the link gives is what whoever came by it may do. */
function underLink(member: SharingMember, link: LinkAccess): readonly SharingMember[] {
  if (member.isOwn) return [member];
  if (link === 'off') return [];
  return [{ ...member, role: link === 'edit' ? 'editor' : 'viewer' }];
}

const RANK: Record<Role, number> = { owner: 0, editor: 1, viewer: 1 };

function inOrder(members: readonly SharingMember[]): SharingMember[] {
  return members.toSorted(before).slice(0, MAX_SHARING_MEMBERS);
}

/** By code points, so that server and clients agree whatever language they are set to. */
function before(one: SharingMember, other: SharingMember): number {
  const [a, b] = [one.user, other.user];
  return (
    RANK[one.role] - RANK[other.role] ||
    (a.name === b.name ? (a.id < b.id ? -1 : 1) : a.name < b.name ? -1 : 1)
  );
}
