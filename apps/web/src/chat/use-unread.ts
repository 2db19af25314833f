import { countUnread } from '@tandem/protocol';
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
  const news = useChannelValue(activity, ({ state }) =>
    state?.type === 'activity' ? (state.documents[document] ?? null) : null,
  );
  // A document that is not on one's list has nothing that is new.
  return read === null || news === null ? 0 : countUnread(news, read);
}
