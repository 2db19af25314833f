import { useTranslation } from 'react-i18next';

/** More than this is written as "99+": it is a lot either way. */
const MAX_SHOWN = 99;

/** How much is new in a document's chat. */
export function UnreadCount({ count }: { readonly count: number }) {
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
