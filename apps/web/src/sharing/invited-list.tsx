import type { InvitedAddress } from '@tandem/protocol/directory';
import { Mail } from 'lucide-react';
import { formatLocale } from '../languages/i18n.ts';
import { useTranslation } from '../translation/translation.ts';
import { RoleList, RoleRow } from './role-list.tsx';
import { RoleMenu } from './role-menu.tsx';
import type { Invited } from './use-invited.ts';

/** Addresses that have a role, and whose people have not come yet. */
export function InvitedList({ invited }: { readonly invited: Invited }) {
  const { t } = useTranslation();
  const addresses = invited.known?.invited ?? [];
  if (addresses.length === 0) return null;
  return (
    <RoleList title={t('sharing.invited.title')}>
      {(run) =>
        addresses.map((entry) => (
          <InvitedRow
            key={entry.email}
            entry={entry}
            onChange={(role) => run(invited.invite(entry.email, role))}
            onWithdraw={() => run(invited.withdraw(entry.email))}
          />
        ))
      }
    </RoleList>
  );
}

function InvitedRow({
  entry: { email, role, expiresAt },
  onChange,
  onWithdraw,
}: {
  readonly entry: InvitedAddress;
  readonly onChange: (role: InvitedAddress['role']) => void;
  readonly onWithdraw: () => void;
}) {
  const { t, language } = useTranslation();
  const day = new Intl.DateTimeFormat(formatLocale(language), { day: 'numeric', month: 'long' });
  return (
    <RoleRow
      icon={Mail}
      look="waiting"
      name={email}
      about={t('sharing.invited.until', { day: day.format(expiresAt) })}
    >
      <RoleMenu
        name={email}
        role={role}
        onChange={onChange}
        removal={{ label: t('sharing.invited.withdraw'), onSelect: onWithdraw }}
      />
    </RoleRow>
  );
}
