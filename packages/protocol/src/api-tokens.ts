/** API tokens: what programs show instead of a session. Rules AT1 to AT9 in the server's `accounts/README.md`. */
import * as z from 'zod/mini';
import { MAX_API_TOKENS } from './limits.ts';
import { displayName, instant, newName } from './messages/field.ts';

/** Scanners of secrets look for it. */
export const API_TOKEN_PREFIX = 'tandem_';

export const API_SCOPES = [
  /** Lists, text, files, chat and comments of documents. */
  'documents:read',
  /** The same, and to create and change documents. */
  'documents:write',
  /** To comment, and to read what is commented on. */
  'comments:write',
  /** What documents were, deleted words included. */
  'history:read',
  'search:read',
  'notifications:read',
] as const;
export const apiScope = z.enum(API_SCOPES);
export type ApiScope = z.infer<typeof apiScope>;

const WRITING: readonly ApiScope[] = ['documents:write', 'comments:write'];

/** Everyone who may write sees what they write in. */
export function includesScope(scopes: readonly ApiScope[], needed: ApiScope): boolean {
  const writes = scopes.some((scope) => WRITING.includes(scope));
  return scopes.includes(needed) || (needed === 'documents:read' && writes);
}

const scopes = z.array(apiScope).check(z.minLength(1), z.maxLength(API_SCOPES.length));

export const apiToken = z.object({
  id: z.string().check(z.maxLength(64)),
  name: displayName,
  /** The first characters, by which a person recognises it. */
  beginning: z.string().check(z.maxLength(32)),
  scopes,
  createdAt: instant,
  /** Null: it lasts until it is ended. */
  expiresAt: z.nullable(instant),
  /** To the minute; null before the first request with it. */
  usedAt: z.nullable(instant),
});
export type ApiToken = z.infer<typeof apiToken>;
export const apiTokens = z.object({ tokens: z.array(apiToken).check(z.maxLength(MAX_API_TOKENS)) });
export type ApiTokens = z.infer<typeof apiTokens>;

const MAX_DAYS = 3_650;

export const apiTokenCreate = z.strictObject({
  name: newName,
  scopes,
  /** Null: until it is ended. */
  days: z.nullable(z.int().check(z.minimum(1), z.maximum(MAX_DAYS))),
});
export type ApiTokenCreate = z.input<typeof apiTokenCreate>;

/** Shown once: the server keeps only a digest. */
export const newApiToken = z.object({ token: z.string().check(z.maxLength(128)) });
export type NewApiToken = z.infer<typeof newApiToken>;

export const apiTokenEnd = z.strictObject({ token: z.string().check(z.maxLength(64)) });
