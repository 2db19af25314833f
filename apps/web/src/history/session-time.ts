/** Days and times of sessions, in the reader's language and time zone. */
import type { HistorySession } from '@tandem/protocol';

const DAY_MS = 24 * 60 * 60 * 1_000;

/** "Today", "Yesterday", "Monday, 12 March". */
export function dayName(at: number, now: number, language: string): string {
  const days = Math.round((startOfDay(now) - startOfDay(at)) / DAY_MS);
  if (days === 0 || days === 1) {
    const name = new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(-days, 'day');
    return name.charAt(0).toLocaleUpperCase(language) + name.slice(1);
  }
  const isSameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return new Intl.DateTimeFormat(language, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    ...(isSameYear ? {} : { year: 'numeric' }),
  }).format(at);
}

export function timeRange(
  { startedAt, endedAt }: Pick<HistorySession, 'startedAt' | 'endedAt'>,
  language: string,
): string {
  return new Intl.DateTimeFormat(language, { timeStyle: 'short' }).formatRange(startedAt, endedAt);
}

export function dayAndTime(at: number, language: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'short' }).format(at);
}

export function shortDayAndTime(at: number, language: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(at);
}

function startOfDay(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0);
}
