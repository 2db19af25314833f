import { useTranslation } from '../translation/translation.ts';
import { useNow } from '../components/browser-state.ts';
import { formatLocale } from './i18n.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const DATE_AFTER_MS = 7 * DAY_MS;

/**
 * "5 minutes ago", "yesterday", "12 March".
 *
 * @returns null within the last minute, and when this clock is behind the server's
 */
export function relativeTime(at: number, now: number, language: string): string | null {
  const ago = now - at;
  if (ago < MINUTE_MS) return null;
  const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  if (ago < HOUR_MS) return relative.format(-Math.floor(ago / MINUTE_MS), 'minute');
  if (ago < DAY_MS) return relative.format(-Math.floor(ago / HOUR_MS), 'hour');
  if (ago < DATE_AFTER_MS) return relative.format(-Math.floor(ago / DAY_MS), 'day');
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return new Intl.DateTimeFormat(language, {
    day: 'numeric',
    month: 'long',
    ...(sameYear ? {} : { year: 'numeric' }),
  }).format(at);
}

const STEP_MS = 30_000;

export function Moment({ at, className }: { readonly at: number; readonly className?: string }) {
  const { t, language } = useTranslation();
  const now = useNow(STEP_MS);
  return (
    <time dateTime={new Date(at).toISOString()} className={className}>
      {relativeTime(at, now, formatLocale(language)) ?? t('justNow')}
    </time>
  );
}
