/** What is found by a name or an address, to be given a role in a document. */
import type { DirectoryPerson } from '@tandem/protocol/directory';
import type { Group } from '@tandem/protocol/groups';
import { Mail, Users } from 'lucide-react';
import { Avatar } from '../components/avatar.tsx';
import { Moment } from '../languages/moment.tsx';
import { isolated } from '../languages/names.ts';
import { useTranslation } from '../translation/translation.ts';
import { RoundIcon } from './role-list.tsx';

const LOOK =
  'flex min-h-11 w-full items-center gap-2.5 rounded-box px-2 text-start text-ui hover:bg-hover';

/** Says nothing about whether anybody has the address: nobody here knows. */
export function AddressButton({
  email,
  isWaiting,
}: {
  readonly email: string;
  readonly isWaiting: boolean;
}) {
  const { t } = useTranslation();
  return (
    <button
      type="submit"
      disabled={isWaiting}
      aria-label={t('sharing.add.address', { address: isolated(email) })}
      className={`${LOOK} disabled:opacity-50`}
    >
      <RoundIcon icon={Mail} look="waiting" />
      <bdi className="min-w-0 flex-1 truncate">{email}</bdi>
      <span className="text-small text-ink-2">{t('sharing.add.invite')}</span>
    </button>
  );
}

interface PersonButtonProps {
  readonly person: DirectoryPerson;
  readonly onAdd: () => void;
}

/** Names are not unique, so the button also names a shared document. */
export function PersonButton({ person: { user, met }, onAdd }: PersonButtonProps) {
  const { t } = useTranslation();
  const name = isolated(user.name);
  const title = met === null ? null : met.document.title || t('untitled');
  return (
    <button
      type="button"
      onClick={onAdd}
      aria-label={
        title === null
          ? t('sharing.add.account', { name })
          : t('sharing.add.name', { name, title: isolated(title) })
      }
      className={LOOK}
    >
      <Avatar name={user.name} color={user.color} />
      <span className="min-w-0 flex-1">
        <bdi className="block truncate text-left">{user.name}</bdi>
        <span className="flex gap-1 text-small text-ink-3">
          {title === null ? (
            <span className="truncate">{t('sharing.add.notMet')}</span>
          ) : (
            <bdi className="truncate text-left">{title}</bdi>
          )}
          {met !== null && met.seenAt !== null && (
            <span className="shrink-0">
              · <Moment at={met.seenAt} />
            </span>
          )}
        </span>
      </span>
      <span className="text-small text-ink-2">{t('sharing.add.add')}</span>
    </button>
  );
}

interface GroupButtonProps {
  readonly group: Group;
  readonly isWaiting: boolean;
  readonly onAdd: () => void;
}

export function GroupButton({ group: { name, people }, isWaiting, onAdd }: GroupButtonProps) {
  const { t } = useTranslation();
  return (
    <button
      type="button"
      disabled={isWaiting}
      onClick={onAdd}
      aria-label={t('sharing.add.group', { name: isolated(name), count: people })}
      className={`${LOOK} disabled:opacity-50`}
    >
      <RoundIcon icon={Users} look="plain" />
      <span className="min-w-0 flex-1">
        <bdi className="block truncate text-left">{name}</bdi>
        <span className="block truncate text-small text-ink-3">
          {t('sharing.groups.people', { count: people })}
        </span>
      </span>
      <span className="text-small text-ink-2">{t('sharing.add.add')}</span>
    </button>
  );
}
