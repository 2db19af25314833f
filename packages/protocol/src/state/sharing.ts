/** Who may do what in a document, as the share dialog shows it. */
import { z } from 'zod';
import { linkAccess, role, user, userId } from '../messages/field.ts';

/** A person with a role of their own in a document, or who came by its link. */
export const sharingMember = z.strictObject({
  user,
  role,
  /** `role` was given to this person; otherwise it is what the link gives. */
  isOwn: z.boolean(),
});
export type SharingMember = z.infer<typeof sharingMember>;

export const sharingState = z.strictObject({
  type: z.literal('sharing'),
  /** Null for what a stock client created under a name of its own. */
  owner: userId.nullable(),
  link: linkAccess,
  /** The owner first, then by name; at most a page. */
  members: z.array(sharingMember),
});
export type SharingState = z.infer<typeof sharingState>;
