import { countUnread } from '@tandem/protocol';
import { useServices } from '../session/services.ts';
import { useChannelValue } from '../session/use-channel.ts';
import { useChatRead } from './use-chat-read.ts';

/** How many messages of a document's chat this person has not seen. */
export function useUnread(document: string): number {
  const { activity } = useServices();
  const read = useChatRead(document);
  const news = useChannelValue(activity, ({ state }) => state?.documents[document] ?? null);
  // A document that is not on one's list has nothing that is new.
  return read === null || news === null ? 0 : countUnread(news, read);
}
