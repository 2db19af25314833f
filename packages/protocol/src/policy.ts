/**
 * Who may do what with a document (PO1–PO6): the one place that decides it, for commands, connections and
 * routes of the server, and for what the app offers.
 */
import type { Access, LinkAccess, Role } from './messages/field.ts';

/** `purged`: deleted for good. Only its id is left, so that nobody creates another document under it. */
export type Lifecycle = 'active' | 'trashed' | 'purged';

export type Action =
  /** See the document at all: its text, its chat, its people. */
  | 'read'
  | 'write'
  | 'rename'
  /** Comment on the text, reply, and resolve. */
  | 'comment'
  /** See what the text was, and who wrote it, deleted words included. */
  | 'history'
  | 'chat'
  /** Delete messages, comments and files of others. */
  | 'moderate'
  /** Change roles and the link. */
  | 'share'
  /** Make it a template, from which others are made. */
  | 'template'
  | 'trash'
  | 'restore'
  | 'purge';

export interface Standing {
  readonly role: Role;
  readonly lifecycle: Lifecycle;
}

const NOTHING: readonly Action[] = [];

const POLICY: Readonly<Record<Lifecycle, Readonly<Record<Role, readonly Action[]>>>> = {
  active: {
    owner: [
      'read',
      'write',
      'rename',
      'history',
      'comment',
      'chat',
      'moderate',
      'share',
      'template',
      'trash',
    ],
    editor: ['read', 'write', 'rename', 'history', 'comment', 'chat'],
    commenter: ['read', 'comment', 'chat'],
    viewer: ['read'],
  },
  // Everyone keeps their role for the day on which the document is restored.
  trashed: {
    owner: ['read', 'restore', 'purge'],
    editor: NOTHING,
    commenter: NOTHING,
    viewer: NOTHING,
  },
  purged: { owner: NOTHING, editor: NOTHING, commenter: NOTHING, viewer: NOTHING },
};

export function can({ role, lifecycle }: Standing, action: Action): boolean {
  return POLICY[lifecycle][role].includes(action);
}

/** The role that the link gives to everyone who has it. */
export const LINK_ROLES = {
  edit: 'editor',
  comment: 'commenter',
  view: 'viewer',
  off: null,
} as const satisfies Record<LinkAccess, Role | null>;

export function accessOf(standing: Standing): Access {
  if (can(standing, 'write')) return 'edit';
  return can(standing, 'comment') ? 'comment' : 'view';
}
