import type { User } from '@tandem/protocol';
import { useTranslation } from '../translation/translation.ts';
import { personColor } from '../components/avatar.tsx';
import { formatLocale } from '../languages/i18n.ts';
import { nameList } from '../languages/names.ts';
import { useObservable } from '../runtime/observable.ts';
import { useServices } from '../session/services.ts';
import { useChannel, useChannelValue } from '../session/use-channel.ts';

export function NewBadge() {
  const { t } = useTranslation();
  return (
    <span
      title={t('list.newTitle')}
      className="shrink-0 rounded-full bg-accent-soft px-1.5 text-[10px] leading-4 font-semibold text-accent"
    >
      {t('list.new')}
    </span>
  );
}

const MAX_SHOWN = 99;

export function UnreadBadge({ count }: { readonly count: number }) {
  const { t } = useTranslation();
  if (count === 0) return null;
  return (
    <span
      role="img"
      aria-label={t('list.unread', { count })}
      title={t('list.unread', { count })}
      className="min-w-4 shrink-0 rounded-full bg-accent px-1 text-center text-[10px] leading-4 font-semibold text-on-accent"
    >
      {count > MAX_SHOWN ? `${MAX_SHOWN}+` : count}
    </span>
  );
}

const MAX_DOTS = 4;

/** Other people in a document, as coloured dots; nothing while the activity channel is not live. */
export function PresenceDots({ document }: { readonly document: string }) {
  const { t, language } = useTranslation();
  const others = useOthers(document);
  if (others.length === 0) return null;
  const names = nameList(
    others.map(({ name }) => name),
    formatLocale(language),
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
