import { Bell } from 'lucide-react';
import type { MouseEvent } from 'react';
import { Avatar } from '../components/avatar.tsx';
import { Button } from '../components/button.tsx';
import { Skeleton } from '../components/feedback.tsx';
import { Moment } from '../languages/moment.tsx';
import { navigate } from '../navigation/location.ts';
import { RequestAnswer } from '../sharing/request-answer.tsx';
import { useTranslation } from '../translation/translation.ts';
import { addressOf, groupNotifications, type NotificationGroup } from './notification-groups.ts';
import { sentenceParts } from './notification-words.ts';
import { useInbox } from './use-inbox.ts';

interface InboxPanelProps {
  /** Shown where what the panel is in shows none. */
  readonly title?: string;
  /** Closes what the panel is in, when it has led to a document. */
  readonly onLeave: () => void;
}

export function InboxPanel({ title, onLeave }: InboxPanelProps) {
  const { t } = useTranslation();
  const { notifications, isUnknown, loadOlder, hasFailed, see, seeAll } = useInbox();
  if (isUnknown) return <Nothing title={t('notifications.notHere')} />;
  if (notifications === null) return <Waiting />;
  if (notifications.length === 0)
    return <Nothing title={t('notifications.none')}>{t('notifications.noneAbout')}</Nothing>;
  const hasUnread = notifications.some(({ isRead }) => !isRead);
  return (
    <>
      <div className="flex h-11 shrink-0 items-center justify-between border-b border-line pr-2 pl-4">
        <span aria-hidden className="text-ui font-semibold">
          {title}
        </span>
        <Button look="quiet" disabled={!hasUnread} onClick={seeAll}>
          {t('notifications.seeAll')}
        </Button>
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto overscroll-contain pb-1">
        <ul>
          {groupNotifications(notifications).map((group) => (
            <Entry
              key={group.newest.id}
              group={group}
              onOpen={() => see(group.notifications)}
              onLeave={onLeave}
            />
          ))}
        </ul>
        {hasFailed && (
          <p role="alert" className="px-4 pt-2 text-small text-bad">
            {t('notifications.olderFailed')}
          </p>
        )}
        {loadOlder !== null && (
          <Button look="quiet" className="mx-2 my-1" onClick={loadOlder}>
            {t('notifications.older')}
          </Button>
        )}
      </div>
    </>
  );
}

function Entry({
  group,
  onOpen,
  onLeave,
}: {
  readonly group: NotificationGroup;
  readonly onOpen: () => void;
  readonly onLeave: () => void;
}) {
  const translation = useTranslation();
  const { t } = translation;
  const { newest, notifications, people } = group;
  const { document, hash } = addressOf(group);
  const open = (event: MouseEvent) => {
    onOpen();
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    onLeave();
    navigate('/d/$document', { params: { document }, search: hash });
  };
  return (
    <li className="relative flex gap-3 py-2.5 pr-4 pl-4 hover:bg-hover has-focus-visible:bg-hover">
      <Avatar name={people[0]!.name} color={people[0]!.color} className="mt-0.5" />
      <div className="min-w-0 flex-1">
        <a
          href={`/d/${encodeURIComponent(document)}${hash}`}
          onClick={open}
          className="text-ui text-ink-2 after:absolute after:inset-0 focus-visible:after:rounded-box"
        >
          {!newest.isRead && <span className="sr-only">{t('notifications.unread')} </span>}
          {sentenceParts(group, translation).map(({ kind, text }, i) => {
            if (kind === 'words') return text;
            // Of several names, each is isolated already.
            const Part = kind === 'title' ? 'bdi' : 'span';
            return (
              <Part key={i} className="font-medium text-ink">
                {text}
              </Part>
            );
          })}
        </a>
        {newest.excerpt !== '' && (
          <p className="written mt-0.5 line-clamp-2 text-small break-words text-ink-2">
            <bdi>{newest.excerpt}</bdi>
          </p>
        )}
        {newest.kind === 'request' && <RequestAnswer document={document} user={newest.by} />}
        <p className="mt-0.5 text-tiny text-ink-3">
          <Moment at={newest.at} />
          {notifications.length > 1 && (
            <> · {t('notifications.messages', { count: notifications.length })}</>
          )}
        </p>
      </div>
      {!newest.isRead && (
        <span aria-hidden className="mt-2 size-2 shrink-0 rounded-full bg-accent" />
      )}
    </li>
  );
}

function Nothing({ title, children }: { readonly title: string; readonly children?: string }) {
  return (
    <div className="flex flex-col items-center gap-1.5 px-8 py-12 text-center">
      <Bell size={22} strokeWidth={1.5} aria-hidden className="mb-1 text-ink-3" />
      <p className="text-ui font-medium">{title}</p>
      {children !== undefined && <p className="text-small text-ink-2">{children}</p>}
    </div>
  );
}

function Waiting() {
  return (
    <div className="flex flex-col gap-4 p-4">
      {[0, 1, 2].map((row) => (
        <Skeleton key={row} className="h-10" />
      ))}
    </div>
  );
}
