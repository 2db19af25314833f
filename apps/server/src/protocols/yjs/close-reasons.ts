/** The close code for an error of a document. Stock clients read errors only from the close of the connection. */
import type { CloseName, ErrorCode } from '@tandem/protocol';

export const CLOSE_REASONS = {
  'bad-message': 'bad-message',
  'version-unsupported': 'version-unsupported',
  'schema-outdated': 'version-unsupported',
  unauthenticated: 'unauthenticated',
  forbidden: 'forbidden',
  'read-only': 'forbidden',
  'not-found': 'not-found',
  'in-trash': 'not-found',
  // Never sent to stock clients, which send no position.
  'not-restored': 'not-found',
  'epoch-changed': 'internal',
  'invalid-update': 'invalid-update',
  'client-taken': 'invalid-update',
  'too-large': 'too-large',
  'document-damaged': 'forbidden',
  'storage-failed': 'storage-failed',
  'too-many': 'too-many',
  overloaded: 'overloaded',
  internal: 'internal',
  // Never sent to stock clients, which send no commands.
  'command-failed': 'internal',
} as const satisfies Record<ErrorCode, CloseName>;
