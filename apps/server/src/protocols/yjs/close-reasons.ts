/** How a whole connection ends when the error of one document is the end of it, as with stock clients. */
import type { CloseName, ErrorCode } from '@tandem/protocol';

export const CLOSE_REASONS = {
  'bad-message': 'bad-message',
  'version-unsupported': 'version-unsupported',
  'schema-outdated': 'version-unsupported',
  unauthenticated: 'unauthenticated',
  forbidden: 'forbidden',
  'read-only': 'forbidden',
  'not-found': 'not-found',
  // Only those that say a position are told so, and stock clients say none.
  'epoch-changed': 'internal',
  'invalid-update': 'invalid-update',
  'client-taken': 'invalid-update',
  'too-large': 'too-large',
  'document-damaged': 'forbidden',
  'storage-failed': 'storage-failed',
  'too-many': 'too-many',
  overloaded: 'overloaded',
  internal: 'internal',
} as const satisfies Record<ErrorCode, CloseName>;
