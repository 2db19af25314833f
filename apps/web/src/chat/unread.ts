import { countUnread } from '@tandem/protocol';
import { useEffect } from 'react';
import { useServices } from '../session/services.ts';
import { useChannelValue } from '../session/use-channel.ts';

/** The number of the newest message that this person has seen; null for a document outside their list. */
export function useChatRead(document: string): number | null {
  const { library, client } = useServices();
  const read = useChannelValue(
    library,
    ({ state }) => state?.documents.find(({ id }) => id === document)?.chatRead ?? null,
  );
  const isFarDown = useChannelValue(
    library,
    ({ state, status }) => status === 'live' && state?.next != null,
  );
  useEffect(() => {
    if (read === null && isFarDown === true)
      client.pages.loadListed(library, document).catch(() => undefined);
  }, [client, library, document, read, isFarDown]);
  return read;
}

export function useUnreadCount(document: string): number {
  const { activity } = useServices();
  const read = useChatRead(document);
  const news = useChannelValue(activity, ({ state }) => state?.documents[document] ?? null);
  // A document outside the person's list has no unread messages.
  return read === null || news === null ? 0 : countUnread(news, read);
}
