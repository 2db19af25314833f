import { useChannel, useChannelValue } from '../session/use-channel.ts';

/** NT11 */
export function useUnreadNotifications(): number {
  const unread = useChannelValue(
    useChannel('inbox'),
    ({ state }) => state?.notifications.filter(({ isRead }) => !isRead).length ?? 0,
  );
  return unread ?? 0;
}
