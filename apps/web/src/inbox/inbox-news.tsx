import { useEffect, useEffectEvent, useState } from 'react';
import { useChannel, useChannelValue } from '../session/use-channel.ts';
import { useTranslation } from '../translation/translation.ts';
import { groupNotifications } from './notification-groups.ts';
import { sentence } from './notification-words.ts';

/** What is read at once, in an open chat, is not told. */
const TELL_AFTER_MS = 1_500;

/** Tells a screen reader of a new notification. */
export function InboxNews() {
  const translation = useTranslation();
  const state = useChannelValue(useChannel('inbox'), (channel) => channel.state);
  const [told, setTold] = useState<string | null>(null);
  const [known, setKnown] = useState<string | null>(null);
  const newest = state === null ? null : (state.notifications[0]?.id ?? '');
  const tell = useEffectEvent(() => {
    setKnown(newest);
    const notification = state?.notifications[0];
    if (notification === undefined || notification.isRead) return;
    const [group] = groupNotifications([notification]);
    const { excerpt } = notification;
    setTold(sentence(group!, translation) + (excerpt === '' ? '' : `: ${excerpt}`));
  });
  useEffect(() => {
    if (newest === null) return;
    if (known === null) setKnown(newest);
    if (known === null || newest <= known) return;
    const timer = setTimeout(tell, TELL_AFTER_MS);
    return () => clearTimeout(timer);
  }, [newest, known]);
  return (
    <p aria-live="polite" className="sr-only">
      {told}
    </p>
  );
}
