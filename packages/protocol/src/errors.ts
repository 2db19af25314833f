/**
 * Registry of errors. A code is stable and for programs; its sentence tells the user what happened,
 * that nothing is lost, and what to do. `action` is the client's reaction.
 */
import * as z from 'zod/mini';
import { asciiId, fitText, sentText } from './text.ts';

/**
 * - `stop`: do not reconnect automatically
 * - `retry`: reconnect with backoff
 * - `reload`: this page is too old for the server
 * - `reset`: discard the replica of the document and reopen it; save unconfirmed work first
 * - `authenticate`: get a new token, then reconnect
 */
export type ErrorAction = 'stop' | 'retry' | 'reload' | 'reset' | 'authenticate';

interface ErrorEntry {
  readonly action: ErrorAction;
  readonly sentence: string;
}

export const ERRORS = {
  'bad-message': {
    action: 'stop',
    sentence:
      'This page sent something that the server does not understand. Your text is kept on this device. Reload the page.',
  },
  'version-unsupported': {
    action: 'reload',
    sentence:
      'This page and the server have different versions. Your text is kept on this device. Reload the page.',
  },
  'schema-outdated': {
    action: 'reload',
    sentence:
      'This page is older than the document. You can read the document. Reload the page to write again.',
  },
  unauthenticated: {
    action: 'authenticate',
    sentence:
      'Your sign-in has expired. Your text is kept on this device and will be sent after you sign in again.',
  },
  forbidden: {
    action: 'stop',
    sentence: 'You do not have permission to do this. Your text is kept on this device.',
  },
  'read-only': {
    action: 'reset',
    sentence:
      'You can read this document but not change it. The text you wrote is kept on this device.',
  },
  'not-found': {
    action: 'stop',
    sentence:
      'No document was found at this address. Check the link, or ask the person who sent it.',
  },
  'not-restored': {
    action: 'stop',
    sentence:
      'The server was restored from a backup that does not have this document, or it is no longer shared with you. What this device has of it is kept.',
  },
  'in-trash': {
    action: 'stop',
    sentence:
      'The owner of this document has moved it to the trash. What you wrote is kept on this device; ask them to restore it.',
  },
  'epoch-changed': {
    action: 'reset',
    sentence:
      'This document was replaced by another version. Your unsaved changes are kept on this device.',
  },
  'invalid-update': {
    action: 'reset',
    sentence:
      'The server refused a change because it would damage the document. The change is kept on this device.',
  },
  'client-taken': {
    action: 'reset',
    sentence: 'This change was made in another session. It is kept on this device.',
  },
  'too-large': {
    action: 'reset',
    sentence:
      'This change is too large for the document. It is kept on this device. Try a smaller piece.',
  },
  'document-damaged': {
    action: 'stop',
    sentence:
      'The stored document could not be read, so nothing is written to it. Tell the person who runs this server.',
  },
  'storage-failed': {
    action: 'retry',
    sentence:
      'The server cannot write to its disk. Your text is kept on this device and will be sent when the disk works again.',
  },
  'too-many': {
    action: 'retry',
    sentence:
      'Too many changes at once. Your text is kept on this device and will be sent more slowly.',
  },
  overloaded: {
    action: 'retry',
    sentence:
      'The server is busy. Your text is kept on this device. This page tries again automatically.',
  },
  internal: {
    action: 'retry',
    sentence:
      'Something went wrong on the server. Your text is kept on this device. This page tries again automatically.',
  },
  'command-failed': {
    action: 'retry',
    sentence:
      'Something went wrong on the server, and nothing was changed. This page tries again a few times.',
  },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof ERRORS;

export const errorCodes = Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]];

const MAX_SENTENCE_LENGTH = 400;

const knownCode = z.enum(errorCodes);

/** Reads an unknown code of a newer server as the known code with the closest client action. */
export const errorBody = z.codec(
  z.object({
    code: asciiId(64),
    message: sentText(MAX_SENTENCE_LENGTH),
    temporary: z.boolean(),
    retryAfterMs: z.optional(z.int().check(z.nonnegative())),
  }),
  z.object({
    code: knownCode,
    message: z.string(),
    temporary: z.boolean(),
    retryAfterMs: z.optional(z.number()),
  }),
  {
    decode: ({ code, ...body }) => ({
      code: knownCode.safeParse(code).data ?? (body.temporary ? 'internal' : 'forbidden'),
      ...body,
    }),
    encode: (body) => body,
  },
);

export type ErrorBody = z.infer<typeof errorBody>;

/** `detail`, where given, replaces the registry's sentence. */
export function errorOf(
  code: ErrorCode,
  options: { readonly detail?: string; readonly retryAfterMs?: number } = {},
): ErrorBody {
  const entry = ERRORS[code];
  return {
    code,
    message: fitText(options.detail ?? entry.sentence, {
      lines: 'many',
      maxLength: MAX_SENTENCE_LENGTH,
    }),
    temporary: entry.action === 'retry',
    ...(options.retryAfterMs === undefined ? {} : { retryAfterMs: options.retryAfterMs }),
  };
}
