/** Adding people to a document by name or by address (PE3, IA1 to IA4); the routes are in `openapi/routes.ts`. */
import * as z from 'zod/mini';
import { email } from './accounts.ts';
import { documentId, instant, memberRole, title, user } from './messages/field.ts';
import { foundGroups } from './groups.ts';

/**
 * Whom people find by name.
 *
 * - `contacts`: those with whom they share a document
 * - `accounts`: also everybody who has an account
 */
export const DIRECTORIES = ['contacts', 'accounts', 'off'] as const;
export type Directory = (typeof DIRECTORIES)[number];

export const MAX_DIRECTORY_PEOPLE = 10;
export const MAX_DIRECTORY_GROUPS = 5;
/** Of one document. */
const MAX_INVITED_ADDRESSES = 50;
const MAX_ADDRESS_LENGTH = 254;

export const directoryPerson = z.object({
  user,
  /** Null: the person has an account here, and shares no document. */
  met: z.nullable(
    z.object({ document: z.object({ id: documentId, title }), seenAt: z.nullable(z.int()) }),
  ),
});
export type DirectoryPerson = z.infer<typeof directoryPerson>;

export const directoryPeople = z.object({
  people: z.array(directoryPerson).check(z.maxLength(MAX_DIRECTORY_PEOPLE)),
  /** Groups that the person may give roles to (GR2). */
  groups: foundGroups.check(z.maxLength(MAX_DIRECTORY_GROUPS)),
});
export type DirectoryPeople = z.infer<typeof directoryPeople>;

export const addressInvitation = z.strictObject({ email, role: memberRole });
export const addressWithdrawal = z.strictObject({ email });

const invitedAddress = z.object({
  email: z.string().check(z.maxLength(MAX_ADDRESS_LENGTH)),
  role: memberRole,
  invitedAt: instant,
  expiresAt: instant,
});
export type InvitedAddress = z.infer<typeof invitedAddress>;

/** What somebody who may share a document can add to it, and which addresses wait for their people. */
export const invitedAddresses = z.object({
  directory: z.enum(DIRECTORIES),
  /**
   * - `mailed`: the server mails an address that is invited
   * - `not-mailed`: who invites one sends the link
   * - `account-needed`: guests invite none
   * - `off`: the server cannot find out whose an address is
   */
  addresses: z.enum(['mailed', 'not-mailed', 'account-needed', 'off']),
  invited: z.array(invitedAddress).check(z.maxLength(MAX_INVITED_ADDRESSES)),
});
export type InvitedAddresses = z.infer<typeof invitedAddresses>;
