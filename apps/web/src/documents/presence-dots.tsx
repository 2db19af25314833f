import type { User } from '@tandem/protocol';
import { useTranslation } from 'react-i18next';
import { personColor } from '../components/avatar.tsx';
import { formatLocale } from '../languages/format-locale.ts';
import { useObservable } from '../observable.ts';
import { nameList } from '../profile/name-list.ts';
import { useServices } from '../session/services.ts';
import { useChannel, useChannelValue } from '../session/use-channel.ts';

const MAX_DOTS = 4;

/** Who else is in a document now, as dots in their colours; nothing while that is not known for sure. */
export function PresenceDots({ document }: { readonly document: string }) {
  const { t, i18n } = useTranslation();
  const others = useOthers(document);
  if (others.length === 0) return null;
  const names = nameList(
    others.map(({ name }) => name),
    formatLocale(i18n.language),
  );
  return (
    <span
      className="flex shrink-0 gap-0.5"
      role="img"
      aria-label={t('list.here', { names })}
      title={names}
    >
      {others.slice(0, MAX_DOTS).map(({ id, color }) => (
        <span
          key={id}
          className="size-1.75 rounded-full"
          style={{ background: personColor(color) }}
        />
      ))}
    </span>
  );
}

function useOthers(document: string): readonly User[] {
  const { account } = useServices();
  const { user: me } = useObservable(account.state);
  const activity = useChannel('activity');
  const present = useChannelValue(activity, ({ state, status }) =>
    status === 'live' && state?.type === 'activity' ? state.documents[document]?.present : null,
  );
  return present?.filter(({ id }) => id !== me?.id) ?? [];
}
