/** Sharing: the roles of a document's people, as the share dialog shows them. */
import * as z from 'zod/mini';
import { MAX_SHARING_MEMBERS, MAX_TREE_DEPTH } from '../limits.ts';
import {
  documentId,
  instant,
  linkAccess,
  memberRole,
  publicationId,
  role,
  user,
  userId,
  type LinkAccess,
  type Role,
} from '../messages/field.ts';
import { LINK_ROLES } from '../policy.ts';
import {
  defineChannel,
  commandsOf,
  defineCommands,
  IN_TURN,
  type Replacement,
} from './definition.ts';
import { defineEvent, profileChanged } from './event.ts';

export const sharingMember = z.object({
  user,
  role,
  /** False: the role comes from the link, or from a group. */
  isOwn: z.boolean(),
  /** The role was given in a document around this one, so many levels up (TR5). */
  from: z.optional(z.int().check(z.positive(), z.maximum(MAX_TREE_DEPTH))),
});
export type SharingMember = z.infer<typeof sharingMember>;

/** The last moment that a date can have. */
const MAX_TIME_MS = 8_640_000_000_000_000;
/** When the document's own link ends; null: not by itself. */
const expiresAt = z.nullable(instant.check(z.maximum(MAX_TIME_MS)));

/** The document is on the web for everyone (PB1). */
export const publication = z.object({
  id: publicationId,
  /** Search engines may find it (PB4). */
  isIndexed: z.boolean(),
});
export type Publication = z.infer<typeof publication>;

/** What changes with the place of the document in the tree. */
const inherited = {
  /** What holds here. */
  link: linkAccess,
  /** The document says nothing itself about its link: it holds what holds around it. */
  isLinkInherited: z.boolean(),
  /** Null at the top of the tree. `link` is what holds around the document. */
  around: z.nullable(z.object({ link: linkAccess, isRestricted: z.boolean() })),
  members: z.array(sharingMember),
} as const;

export const sharingState = z.object({
  type: z.literal('sharing'),
  /** Null for a document that a stock client created under its own name. */
  owner: z.nullable(userId),
  /** Of a link that has ended, when it did. */
  expiresAt,
  /** The document's own link needs a password (PO12). */
  hasPassword: z.boolean(),
  publication: z.nullable(publication),
  ...inherited,
});
export type SharingState = z.infer<typeof sharingState>;

const sharingEvents = [
  defineEvent('link:changed', {
    link: linkAccess,
    isInherited: z.optional(z.literal(true)),
    expiresAt,
    hasPassword: z.optional(z.literal(true)),
  }),
  defineEvent('publication:changed', { publication: z.nullable(publication) }),
  defineEvent('inheritance:changed', inherited),
  defineEvent('member:changed', { member: sharingMember }),
  defineEvent('member:removed', { user: userId }),
] as const;
export const sharingEvent = z.discriminatedUnion('name', [profileChanged, ...sharingEvents]);
export type SharingEvent = z.infer<typeof sharingEvent>;

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
        isLinkInherited: event.isInherited === true,
        expiresAt: event.expiresAt,
        hasPassword: event.hasPassword === true,
        members: inOrder(state.members.flatMap((member) => underLink(member, event.link))),
      };
    case 'publication:changed':
      return { ...state, publication: event.publication };
    case 'inheritance:changed': {
      const { link, isLinkInherited, around } = event;
      return { ...state, link, isLinkInherited, around, members: inOrder(event.members) };
    }
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

function underLink(member: SharingMember, link: LinkAccess): readonly SharingMember[] {
  if (member.isOwn) return [member];
  const role = LINK_ROLES[link];
  return role === null ? [] : [{ ...member, role }];
}

const RANK: Record<Role, number> = { owner: 0, editor: 1, commenter: 1, viewer: 1 };

function inOrder(members: readonly SharingMember[]): SharingMember[] {
  return members.toSorted(before).slice(0, MAX_SHARING_MEMBERS);
}

/** By code points, so that server and clients agree in every locale. */
function before(one: SharingMember, other: SharingMember): number {
  const [a, b] = [one.user, other.user];
  return (
    RANK[one.role] - RANK[other.role] ||
    (a.name === b.name ? (a.id < b.id ? -1 : 1) : a.name < b.name ? -1 : 1)
  );
}

export const sharingChannel = defineChannel({
  type: 'sharing',
  of: 'document',
  state: sharingState,
  event: sharingEvent,
  reduce: reduceSharing,
});

const OF_MEMBER: Replacement<{ readonly user: string }> = { key: ({ user }) => `member ${user}` };

interface LinkChange {
  readonly link?: LinkAccess | null | undefined;
}

/** Its time and its password go with it. */
const isClosing = ({ link }: LinkChange): boolean => link === null || link === 'off';
const isTimeAlone = ({ link }: LinkChange): boolean => link === undefined;

const defineCommand = commandsOf(sharingChannel);

/** What is on the web is so on the server: until it answers, nothing changes. */
const predictNothing = ({ state }: { readonly state: SharingState | null }) =>
  ({ name: 'publication:changed', publication: state?.publication ?? null }) as const;

export const sharingCommands = defineCommands(
  defineCommand({
    name: 'link:change',
    summary:
      'Sets what people who have the link may do, and until when. Null: as in the document around this one.',
    input: z.strictObject({
      document: documentId,
      /** As before without it, if the document's own link is open: who changes only the time opens no link. */
      link: z.optional(z.nullable(linkAccess)),
      /** As before without it, while the link stays open. */
      expiresAt: z.optional(expiresAt),
    }),
    order: IN_TURN,
    replaces: {
      key: () => 'link',
      // What opens the link keeps the time and the password that it has by then, so that none of those before may go.
      covers: (later, earlier) => isClosing(later) || (isTimeAlone(later) && isTimeAlone(earlier)),
    },
    isIdempotent: false,
    predict({ input, state, at }) {
      const { link = state?.isLinkInherited === false ? state.link : 'off' } = input;
      if (input.link === undefined && link === 'off') return null;
      if (link !== null) {
        const before = state !== null && (state.expiresAt ?? 0) > at ? state.expiresAt : null;
        const { expiresAt = before } = input;
        if (link === 'off') return { name: 'link:changed', link, expiresAt: null };
        const protection = state?.hasPassword === true ? { hasPassword: true as const } : {};
        return { name: 'link:changed', link, expiresAt, ...protection };
      }
      const isRestricted = state?.around?.isRestricted === true;
      const around = isRestricted ? 'off' : (state?.around?.link ?? 'off');
      return { name: 'link:changed', link: around, isInherited: true, expiresAt: null };
    },
  }),
  defineCommand({
    name: 'document:publish',
    summary: 'Puts a page on the web, for everyone to read at an address that the server draws.',
    input: z.strictObject({ document: documentId }),
    order: IN_TURN,
    replaces: null,
    isIdempotent: false,
    // Only the server knows the address.
    predict: predictNothing,
  }),
  defineCommand({
    name: 'publication:change',
    summary: 'Lets search engines find a published page, or not.',
    input: z.strictObject({ document: documentId, isIndexed: z.boolean() }),
    order: IN_TURN,
    replaces: { key: () => 'publication' },
    isIdempotent: false,
    predict: predictNothing,
  }),
  defineCommand({
    name: 'document:unpublish',
    summary: 'Takes a page off the web. Its address never opens anything again.',
    input: z.strictObject({ document: documentId }),
    order: IN_TURN,
    replaces: null,
    isIdempotent: false,
    // Everyone reads the page until the server has taken it off.
    predict: predictNothing,
  }),
  defineCommand({
    name: 'document:restrict',
    summary: 'Ends or resumes what a document has from those around it, but for their owners.',
    input: z.strictObject({ document: documentId, isRestricted: z.boolean() }),
    order: IN_TURN,
    replaces: { key: () => 'restriction' },
    isIdempotent: false,
    predict({ input: { isRestricted }, state }) {
      if (state === null || state.around === null) return null;
      const around = { ...state.around, isRestricted };
      // Only the server knows who comes back.
      const members = state.members.filter(
        ({ from, role }) => !isRestricted || from === undefined || role === 'owner',
      );
      const link = !state.isLinkInherited ? state.link : isRestricted ? 'off' : around.link;
      const { isLinkInherited } = state;
      return { name: 'inheritance:changed', link, isLinkInherited, around, members };
    },
  }),
  defineCommand({
    name: 'member:change',
    summary: 'Gives a person a role of their own.',
    input: z.strictObject({ document: documentId, user: userId, role: memberRole }),
    order: IN_TURN,
    replaces: OF_MEMBER,
    isIdempotent: false,
    predict({ input, state, findUser }) {
      const known = state?.members.find((member) => member.user.id === input.user)?.user;
      const user = known ?? (state === null ? null : findUser(input.user));
      // Only the server knows the name of a person whom the author has not met.
      if (user === null) return null;
      return { name: 'member:changed', member: { user, role: input.role, isOwn: true } };
    },
  }),
  defineCommand({
    name: 'member:remove',
    summary: 'Takes away the role that a person was given.',
    input: z.strictObject({ document: documentId, user: userId }),
    order: IN_TURN,
    replaces: OF_MEMBER,
    isIdempotent: false,
    predict: ({ input: { user } }) => ({ name: 'member:removed', user }),
  }),
);
