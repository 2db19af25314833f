import { useChannel, useChannelValue } from '../session/use-channel.ts';

/** How many messages of a document's chat this person has not seen. */
export function useUnread(document: string): number {
  const library = useChannel('library');
  const activity = useChannel('activity');
  const read = useChannelValue(library, ({ state }) =>
    state?.type === 'library'
      ? (state.documents.find(({ id }) => id === document)?.chatRead ?? null)
      : null,
  );
  const head = useChannelValue(activity, ({ state }) =>
    state?.type === 'activity' ? (state.documents[document]?.chatHead ?? 0) : 0,
  );
  // What is not on one's list has not been read or written by oneself: it is nothing new.
  return read === null || head === null ? 0 : Math.max(0, head - read);
}
