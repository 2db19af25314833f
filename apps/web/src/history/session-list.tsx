import type { HistorySession } from '@tandem/protocol';
import { useTranslation } from '../translation/translation.ts';
import { Avatar } from '../components/avatar.tsx';
import { Button } from '../components/button.tsx';
import { classNames } from '../components/class-names.ts';
import { Skeleton } from '../components/feedback.tsx';
import { formatLocale } from '../languages/i18n.ts';
import { nameList } from '../languages/names.ts';
import type { HistoryList, HistoryState } from './history-list.ts';
import type { HistoryPeople } from './history-people.ts';
import { dayName, timeRange } from './session-time.ts';

const MAX_AVATARS = 3;

interface SessionListProps {
  readonly list: HistoryList;
  readonly state: HistoryState;
  readonly onSelected: () => void;
}

/** Sessions by day, the newest first. */
export function SessionList({ list, state, onSelected }: SessionListProps) {
  const translation = useTranslation();
  const { t } = translation;
  const language = formatLocale(translation.language);
  return (
    <nav aria-label={t('history.sessions')} className="flex flex-col px-2 pt-2 pb-6">
      {byDay(state.sessions).map((sessions) => (
        <section key={sessions[0]!.to}>
          <h3 className="px-2 pt-4 pb-1 text-tiny font-medium text-ink-3">
            {dayName(sessions[0]!.endedAt, Date.now(), language)}
          </h3>
          <ul>
            {sessions.map((session) => (
              <li key={session.to}>
                <Session
                  session={session}
                  people={list.people}
                  isSelected={session === state.selected}
                  onSelect={() => {
                    void list.select(session);
                    onSelected();
                  }}
                />
              </li>
            ))}
          </ul>
        </section>
      ))}
      {state.list === 'loading' && (
        <div role="status" aria-label={t('loading')} className="flex flex-col gap-3 px-2 pt-4">
          <Skeleton className="h-4 w-2/5" />
          <Skeleton className="h-9 w-full" />
          <Skeleton className="h-9 w-full" />
        </div>
      )}
      {state.list === 'ready' && state.next !== null && (
        <Button look="quiet" className="mt-3" onClick={() => void list.loadMore()}>
          {t('history.more')}
        </Button>
      )}
      {state.list === 'failed' && state.sessions.length > 0 && (
        <div className="flex flex-col items-start gap-2 px-2 pt-4">
          <p className="text-small text-ink-2">{t('history.listFailed')}</p>
          <Button onClick={() => void list.loadMore()}>{t('tryAgain')}</Button>
        </div>
      )}
    </nav>
  );
}

function byDay(sessions: readonly HistorySession[]): HistorySession[][] {
  const days: HistorySession[][] = [];
  const dayOf = ({ endedAt }: HistorySession): string => new Date(endedAt).toDateString();
  for (const session of sessions) {
    const last = days.at(-1);
    if (last !== undefined && dayOf(last[0]!) === dayOf(session)) last.push(session);
    else days.push([session]);
  }
  return days;
}

interface SessionProps {
  readonly session: HistorySession;
  readonly people: HistoryPeople;
  readonly isSelected: boolean;
  readonly onSelect: () => void;
}

function Session({ session, people, isSelected, onSelect }: SessionProps) {
  const translation = useTranslation();
  const { t } = translation;
  const language = formatLocale(translation.language);
  const authors = session.authors.map(({ user }) => people.find(user));
  const names = authors.map((person) => person?.name ?? t('history.someone'));
  return (
    <button
      type="button"
      aria-current={isSelected ? 'true' : undefined}
      onClick={onSelect}
      className={classNames(
        'flex w-full items-center gap-2.5 rounded-box px-2 py-2 text-start outline-offset-[-2px]',
        isSelected ? 'bg-accent-soft' : 'hover:bg-hover',
      )}
    >
      <span className="flex shrink-0 -space-x-2">
        {authors.slice(0, MAX_AVATARS).map((person, i) => (
          <Avatar
            key={i}
            name={names[i]!}
            color={person?.color ?? 0}
            className="ring-2 ring-canvas"
          />
        ))}
      </span>
      <span className="min-w-0 flex-1">
        <span className="block truncate text-ui font-medium">
          {names.length === 0 ? t('history.someone') : nameList(names, language)}
        </span>
        <span className="block truncate text-small text-ink-3">{timeRange(session, language)}</span>
      </span>
    </button>
  );
}
