import type { DocumentSession } from '@tandem/client';
import { useTranslation } from '../translation/translation.ts';
import { Avatar } from '../components/avatar.tsx';
import { classNames } from '../components/class-names.ts';
import { Deferred, Loaded } from '../components/deferred.tsx';
import { Popover } from '../components/popover.tsx';
import { formatLocale } from '../languages/i18n.ts';
import { nameList } from '../languages/names.ts';
import { usePeople } from './use-people.ts';

const list = new Deferred(() => import('./people-list.tsx'));

const MAX_AVATARS = 4;
/** Phones show fewer, the smallest only one and no number; the list has everyone. */
const MAX_AVATARS_PHONE = 2;
const HIDDEN = ['', 'max-small:hidden', 'max-phone:hidden'] as const;

export function People({ session }: { readonly session: DocumentSession }) {
  const { t, language } = useTranslation();
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
      needs={list}
      trigger={
        <button
          type="button"
          aria-label={t('people.open', {
            names: nameList(names, formatLocale(language)),
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
      <Loaded from={list}>{({ PeopleList }) => <PeopleList session={session} />}</Loaded>
    </Popover>
  );
}

function More({ count, className }: { readonly count: number; readonly className: string }) {
  if (count <= 0) return null;
  return (
    <span className={classNames('text-small text-ink-2 tabular-nums', className)}>+{count}</span>
  );
}
