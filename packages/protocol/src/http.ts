/**
 * Bodies of the HTTP API. Errors are `{ error: ErrorBody }`.
 *
 * | Route | Request | Answer |
 * |---|---|---|
 * | `POST /api/session` | – | `session`; makes a guest and sets the cookie when there is none |
 * | `PATCH /api/me` | `profilePatch` | `user` |
 * | `GET /api/documents` | – | `documentList`: what this user made or opened, newest first |
 * | `POST /api/documents` | `documentCreate` | `documentSummary`; repeating it with the same id changes nothing |
 * | `GET /api/documents/:id` | – | `documentSummary` |
 * | `PATCH /api/documents/:id` | `documentPatch` | `documentSummary` |
 * | `DELETE /api/documents/:id/visit` | – | 204; takes the document off this user's list |
 */
import { z } from 'zod';
import { errorBody } from './errors.ts';
import { MAX_EXCERPT_LENGTH } from './limits.ts';
import {
  access,
  color,
  displayName,
  documentId,
  documentKind,
  title,
  user,
} from './messages/field.ts';

export const session = z.strictObject({
  user,
  /** For `hello`. */
  token: z.string(),
  /** Milliseconds since the epoch, by the server's clock. */
  expiresAt: z.number().int(),
});
export type Session = z.infer<typeof session>;

export const profilePatch = z.strictObject({
  name: displayName.optional(),
  color: color.optional(),
});
export type ProfilePatch = z.infer<typeof profilePatch>;

export const documentSummary = z.strictObject({
  id: documentId,
  kind: documentKind,
  title,
  access,
  /** The first words of the text. */
  excerpt: z.string().max(MAX_EXCERPT_LENGTH),
  createdAt: z.number().int(),
  updatedAt: z.number().int(),
  /** People who are in it now. */
  present: z.array(user).max(8),
});
export type DocumentSummary = z.infer<typeof documentSummary>;

export const documentList = z.strictObject({ documents: z.array(documentSummary) });
export const documentCreate = z.strictObject({ id: documentId.min(20), title: title.optional() });
export type DocumentCreate = z.infer<typeof documentCreate>;
export const documentPatch = z.strictObject({ title });
export const errorAnswer = z.strictObject({ error: errorBody });
