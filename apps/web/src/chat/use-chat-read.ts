import { useServices } from '../session/services.ts';
import { useChannelValue } from '../session/use-channel.ts';

/** The number of the newest message that this person has seen; null for a document that is not on their list. */
export function useChatRead(document: string): number | null {
  const { library } = useServices();
  return useChannelValue(
    library,
    ({ state }) => state?.documents.find(({ id }) => id === document)?.chatRead ?? null,
  );
}
