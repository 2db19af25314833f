import type { DocumentSession } from '@tandem/client';
import { useTranslation } from 'react-i18next';
import { Avatar } from '../components/avatar.tsx';
import { classNames } from '../components/class-names.ts';
import { Popover } from '../components/popover.tsx';
import { formatLocale } from '../languages/i18n.ts';
import { nameList } from '../languages/names.ts';
import { PeopleList } from './people-list.tsx';
import { usePeople } from './use-people.ts';

const MAX_AVATARS = 4;
/** Phones show fewer, the smallest only one and no number; the list has everyone. */
const MAX_AVATARS_PHONE = 2;
const HIDDEN = ['', 'max-small:hidden', 'max-phone:hidden'] as const;

export function People({ session }: { readonly session: DocumentSession }) {
  const { t, i18n } = useTranslation();
  const { members, total } = usePeople(session);
  if (members.length === 0) return null;
  const shown = members.slice(0, MAX_AVATARS);
  const names = shown.map(({ name }) => name);
  const others = total - shown.length;
  if (others > 0) names.push(t('byline.others', { count: others }));
  return (
    <Popover
      title={t('people.title')}
      align="end"
      className="w-64"
      trigger={
        <button
          type="button"
          aria-label={t('people.open', {
            names: nameList(names, formatLocale(i18n.language)),
            count: total,
          })}
          className="touch flex shrink-0 items-center gap-1.5 rounded-full"
        >
          {shown.map(({ user, name, color, state }, index) => (
            <Avatar
              key={user}
              name={name}
              color={color}
              state={state}
              className={HIDDEN[Math.min(index, MAX_AVATARS_PHONE)] ?? ''}
            />
          ))}
          <More
            count={total - Math.min(members.length, MAX_AVATARS_PHONE)}
            className="max-small:hidden phone:hidden"
          />
          <More count={others} className="max-phone:hidden" />
        </button>
      }
    >
      <PeopleList session={session} />
    </Popover>
  );
}

function More({ count, className }: { readonly count: number; readonly className: string }) {
  if (count <= 0) return null;
  return (
    <span className={classNames('text-small text-ink-2 tabular-nums', className)}>+{count}</span>
  );
}
