/** How commands end: done, or refused for good in words for who gave them. */
import { errorOf } from '@tandem/protocol';
import type { Outcome } from '../handler.ts';

export const DONE: Outcome = { kind: 'done' };

const FORBIDDEN = {
  'viewers-do-not-rename': 'You may read this document but not rename it. Ask its owner.',
  'viewers-do-not-chat': 'You may read this chat but not write in it. Ask the document’s owner.',
  'not-your-link': 'Only the owner of a document may change what its link allows.',
  'not-your-members': 'Only the owner of a document may change what others may do in it.',
  'owner-stays': 'The owner of a document may always do everything in it.',
  'too-many-members':
    'So many people have a role of their own here that no more fit. Use the link for others.',
  'not-your-message': 'You may change only what you wrote yourself.',
  'not-yours-to-delete': 'A message can be deleted by who wrote it and by the document’s owner.',
  'too-many-reactions': 'This message has as many reactions as it can bear.',
  'id-taken': 'There is another message under the same id. Send this one again.',
} as const;

export function forbidden(why: keyof typeof FORBIDDEN): Outcome {
  return { kind: 'refused', error: errorOf('forbidden', { detail: FORBIDDEN[why] }) };
}

const NOT_FOUND = {
  /** Or this person may not see it: the words are the same. */
  document: {},
  person: { detail: 'There is no such person any more.' },
  message: { detail: 'This message is not there any more.' },
} as const;

export function notFound(what: keyof typeof NOT_FOUND): Outcome {
  return { kind: 'refused', error: errorOf('not-found', NOT_FOUND[what]) };
}
