import type { CommentThread } from '@tandem/protocol';
import type { Places } from './comment-places.ts';

export const FILTERS = ['open', 'resolved', 'mine', 'mentions'] as const;
export type ThreadFilter = (typeof FILTERS)[number];

/** Threads in the order of the text, those without a place in it last. */
export function filterThreads(
  threads: readonly CommentThread[],
  {
    filter,
    me,
    places,
  }: { readonly filter: ThreadFilter; readonly me: string | null; readonly places: Places },
): readonly CommentThread[] {
  const at = ({ id }: CommentThread) => places.get(id)?.from ?? Infinity;
  return threads
    .filter((thread) => fits(thread, filter, me))
    .toSorted((a, b) => (at(a) === at(b) ? (a.id < b.id ? -1 : 1) : at(a) - at(b)));
}

function fits({ resolved, messages }: CommentThread, filter: ThreadFilter, me: string | null) {
  switch (filter) {
    case 'open':
      return resolved === null;
    case 'resolved':
      return resolved !== null;
    case 'mine':
      return messages.some(({ author, imported }) => author.id === me && imported === null);
    case 'mentions':
      return messages.some(({ mentions }) => mentions.some(({ user }) => user === me));
  }
}
