import type { DocumentGroup } from '@tandem/protocol/groups';
import type { MemberRole } from '@tandem/protocol';
import { Users } from 'lucide-react';
import { useTranslation } from '../translation/translation.ts';
import { FromAround } from './from-around.tsx';
import { RoleList, RoleRow } from './role-list.tsx';
import { RoleMenu } from './role-menu.tsx';
import type { DocumentGroupRoles } from './use-document-groups.ts';

interface GroupListProps {
  readonly groups: DocumentGroupRoles;
  /** Titles of the documents around this one, the nearest first, as far as the person has them. */
  readonly around: readonly string[];
}

/** Groups that have a role in the document, or in one around it (GR4). */
export function GroupList({ groups: { known, give }, around }: GroupListProps) {
  const { t } = useTranslation();
  if (known.length === 0) return null;
  return (
    <RoleList title={t('sharing.groups.title')}>
      {(run) =>
        known.map((entry) => (
          <GroupRow
            // One group may have roles at several levels.
            key={`${entry.group.id} ${entry.from ?? 0}`}
            entry={entry}
            around={around}
            onChange={(role) => run(give(entry.group.id, role))}
          />
        ))
      }
    </RoleList>
  );
}

interface GroupRowProps {
  readonly entry: DocumentGroup;
  readonly around: readonly string[];
  readonly onChange: (role: MemberRole | null) => void;
}

function GroupRow({ entry: { group, role, from }, around, onChange }: GroupRowProps) {
  const { t } = useTranslation();
  const about = (
    <>
      {t('sharing.groups.people', { count: group.people })}
      {from !== undefined && <FromAround title={around[from - 1] ?? null} />}
    </>
  );
  return (
    <RoleRow icon={Users} look="plain" name={group.name} about={about}>
      {from === undefined ? (
        <RoleMenu
          name={group.name}
          role={role}
          onChange={onChange}
          removal={{ label: t('sharing.remove'), onSelect: () => onChange(null) }}
        />
      ) : (
        <span className="text-small text-ink-3">{t(`sharing.role.${role}`)}</span>
      )}
    </RoleRow>
  );
}
