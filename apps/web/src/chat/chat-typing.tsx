import type { ChannelSession } from '@tandem/client';
import type { User } from '@tandem/protocol';
import { useTranslation } from 'react-i18next';
import { formatLocale } from '../languages/format-locale.ts';
import { nameList } from '../profile/name-list.ts';
import { useChannelValue } from '../session/use-channel.ts';

/** "Anton is typing…", in a line that is always there, so that nothing moves. */
export function ChatTyping({
  session,
  people,
}: {
  readonly session: ChannelSession | null;
  readonly people: readonly User[];
}) {
  const { t, i18n } = useTranslation();
  const typing = useChannelValue(session, ({ typing }) => typing) ?? [];
  const names = typing.flatMap((user) => people.find(({ id }) => id === user)?.name ?? []);
  return (
    <p aria-live="polite" className="min-h-4.5 truncate px-1 pb-0.5 text-small text-ink-3">
      {names.length > 0 &&
        t('typing', { names: nameList(names, formatLocale(i18n.language)), count: names.length })}
    </p>
  );
}
