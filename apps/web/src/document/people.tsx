import type { DocumentSession } from '@tandem/client';
import type { Member } from '@tandem/protocol';
import { formatLocale } from '../languages/format-locale.ts';
import { useTranslation } from 'react-i18next';
import { Avatar } from '../components/avatar.tsx';
import { classNames } from '../components/class-names.ts';
import { Popover } from '../components/popover.tsx';
import { useObservable } from '../observable.ts';
import { nameList } from '../profile/name-list.ts';
import { useServices } from '../session/services.ts';
import { useSessionValue } from '../session/use-document-session.ts';

const MAX_AVATARS = 4;
/** A phone has room for fewer; the rest is in the number and in the list. */
const MAX_AVATARS_PHONE = 2;

/** Who is here, as faces that open into a list. */
export function People({ session }: { readonly session: DocumentSession }) {
  const { t, i18n } = useTranslation();
  const members = usePeople(session);
  if (members.length === 0) return null;
  const names = nameList(
    members.map(({ name }) => name),
    formatLocale(i18n.language),
  );
  return (
    <Popover
      title={t('people.title')}
      align="end"
      className="w-64"
      trigger={
        <button
          type="button"
          aria-label={t('people.open', { names, count: members.length })}
          className="touch flex shrink-0 items-center gap-1.5 rounded-full"
        >
          {members.slice(0, MAX_AVATARS).map(({ user, name, color, state }, index) => (
            <Avatar
              key={user}
              name={name}
              color={color}
              state={state}
              {...(index >= MAX_AVATARS_PHONE && { className: 'max-phone:hidden' })}
            />
          ))}
          <More count={members.length - MAX_AVATARS_PHONE} className="phone:hidden" />
          <More count={members.length - MAX_AVATARS} className="max-phone:hidden" />
        </button>
      }
    >
      <PeopleList session={session} members={members} />
    </Popover>
  );
}

function More({ count, className }: { readonly count: number; readonly className: string }) {
  if (count <= 0) return null;
  return <span className={classNames('text-small text-ink-2', className)}>+{count}</span>;
}

function PeopleList({
  session,
  members,
}: {
  readonly session: DocumentSession;
  readonly members: readonly Member[];
}) {
  const { t } = useTranslation();
  const { account } = useServices();
  const { user: me } = useObservable(account.state);
  const typing = useSessionValue(session, (session) => session.typing);
  return (
    <ul className="mt-2 flex max-h-80 flex-col gap-0.5 overflow-y-auto">
      {members.map(({ user, name, color, state }) => (
        <li key={user} className="flex h-9 items-center gap-2.5 text-ui">
          <Avatar name={name} color={color} state={state} />
          <span className="min-w-0 flex-1 truncate">
            {name}
            {user === me?.id && <span className="text-ink-3"> {t('people.you')}</span>}
          </span>
          <span className="text-small text-ink-3">
            {t(typing.includes(user) ? 'people.typing' : `people.${state}`)}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** Others first, in the order in which they came; oneself last. */
export function usePeople(session: DocumentSession): readonly Member[] {
  const { account } = useServices();
  const { user: me } = useObservable(account.state);
  const members = useSessionValue(session, (session) => session.members);
  return members.toSorted(
    (one, other) => Number(one.user === me?.id) - Number(other.user === me?.id),
  );
}
