import { formatLocale } from '../languages/format-locale.ts';
import { useTranslation } from 'react-i18next';
import { useNow } from '../components/use-now.ts';
import { relativeTime } from './relative-time.ts';

const STEP_MS = 30_000;

/** When something was, in words that stay true while one looks at them. */
export function Moment({ at, className }: { readonly at: number; readonly className?: string }) {
  const { t, i18n } = useTranslation();
  const now = useNow(STEP_MS);
  return (
    <time dateTime={new Date(at).toISOString()} className={className}>
      {relativeTime(at, now, formatLocale(i18n.language)) ?? t('justNow')}
    </time>
  );
}
