import type { CommentsState, ThreadMessage } from '@tandem/protocol';
import { useObservable } from '../runtime/observable.ts';
import { useServices } from '../session/services.ts';
import { useChannel, useChannelValue } from '../session/use-channel.ts';

/** The number of the newest message that this person has seen; null for a document outside their list. */
export function useCommentsRead(document: string): number | null {
  const { library } = useServices();
  return useChannelValue(library, ({ state }) => {
    const listed = state?.documents.find(({ id }) => id === document);
    return listed === undefined ? null : (listed.commentsRead ?? 0);
  });
}

/** CO7 */
export function useUnreadComments(document: string): number {
  const { account } = useServices();
  const me = useObservable(account.state).user?.id ?? null;
  const read = useCommentsRead(document);
  const unread = useChannelValue(useChannel(`comments:${document}`), ({ state }) =>
    state === null || read === null ? 0 : countUnread(state, { read, me }),
  );
  return unread ?? 0;
}

function countUnread(
  { threads }: CommentsState,
  person: { readonly read: number; readonly me: string | null },
): number {
  return threads.reduce(
    (sum, { messages }) => sum + messages.filter((message) => isUnread(message, person)).length,
    0,
  );
}

export function isUnread(
  { number, author, deletedAt, imported }: ThreadMessage,
  { read, me }: { readonly read: number; readonly me: string | null },
): boolean {
  const isLater = (number ?? 0) > read && author.id !== me;
  return isLater && deletedAt === null && imported === null;
}
