/** Groups of people that documents are shared with: GR1 to GR9 of PROTOCOL.md. The routes are in `openapi/routes.ts`. */
import * as z from 'zod/mini';
import { MAX_DOCUMENT_GROUPS, MAX_GROUP_PEOPLE, MAX_GROUPS, MAX_TREE_DEPTH } from './limits.ts';
import { count, displayName, memberRole, newName, ulid, user, userId } from './messages/field.ts';

export const groupId = ulid;

const group = z.object({ id: groupId, name: displayName, people: count });
export type Group = z.infer<typeof group>;

/** Those whom the directory offers to somebody who shares a document, beside people. */
export const foundGroups = z.array(group);

/** A group that has a role in a document, or in one around it. */
const documentGroup = z.object({
  group,
  role: memberRole,
  /** The role was given in a document around this one, so many levels up (TR5). */
  from: z.optional(z.int().check(z.positive(), z.maximum(MAX_TREE_DEPTH))),
});
export type DocumentGroup = z.infer<typeof documentGroup>;

export const documentGroups = z.object({
  groups: z.array(documentGroup).check(z.maxLength(MAX_DOCUMENT_GROUPS * (MAX_TREE_DEPTH + 1))),
});
export type DocumentGroups = z.infer<typeof documentGroups>;

/** Null takes the role away. */
export const groupGrant = z.strictObject({ group: groupId, role: z.nullable(memberRole) });
export type GroupGrant = z.infer<typeof groupGrant>;

/** For administrators: `documents` have given it a role. */
const administeredGroup = z.object({ ...group.shape, documents: count });
export type AdministeredGroup = z.infer<typeof administeredGroup>;

export const administeredGroups = z.object({
  groups: z.array(administeredGroup).check(z.maxLength(MAX_GROUPS)),
});
export type AdministeredGroups = z.infer<typeof administeredGroups>;

export const groupPeople = z.object({ people: z.array(user).check(z.maxLength(MAX_GROUP_PEOPLE)) });
export type GroupPeople = z.infer<typeof groupPeople>;

/** Also the new name of one that there is. */
export const groupNaming = z.strictObject({ name: newName });
export const createdGroup = z.object({ id: groupId });
export const groupAddition = z.strictObject({ person: userId });
