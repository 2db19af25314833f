import type { InvitedAddress } from '@tandem/protocol/directory';
import { Mail } from 'lucide-react';
import { useState } from 'react';
import { choiceButton, Menu, MenuChoice, MenuItem, MenuLine } from '../components/menu.tsx';
import { formatLocale } from '../languages/i18n.ts';
import { isolated } from '../languages/names.ts';
import { useTranslation } from '../translation/translation.ts';
import { GIVEN_ROLES } from './add-person.tsx';
import type { Invited, InviteResult } from './use-invited.ts';

/** Addresses that have a role, and whose people have not come yet. */
export function InvitedList({ invited }: { readonly invited: Invited }) {
  const { t } = useTranslation();
  const [failure, setFailure] = useState<InviteResult>('done');
  const addresses = invited.known?.invited ?? [];
  if (addresses.length === 0) return null;
  const run = async (change: Promise<InviteResult>) => setFailure(await change);
  return (
    <section aria-labelledby="share-invited">
      <h3 id="share-invited" className="mb-1 text-small font-medium text-ink-3">
        {t('sharing.invited.title')}
      </h3>
      <ul className="-mx-2 flex max-h-72 flex-col overflow-y-auto">
        {addresses.map((entry) => (
          <InvitedRow
            key={entry.email}
            entry={entry}
            onChange={(role) => void run(invited.invite(entry.email, role))}
            onWithdraw={() => void run(invited.withdraw(entry.email))}
          />
        ))}
      </ul>
      {failure !== 'done' && (
        <p role="alert" className="text-small text-bad">
          {failure === 'failed' ? t('sharing.invited.failed') : failure.refused}
        </p>
      )}
    </section>
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
  const name = t('sharing.roleOf', { name: isolated(email) });
  return (
    <li className="flex min-h-11 items-center gap-2.5 px-2 text-ui">
      <span
        aria-hidden
        className="flex size-6.5 shrink-0 items-center justify-center rounded-full border border-dashed border-line-strong text-ink-3"
      >
        <Mail size={13} strokeWidth={1.75} />
      </span>
      <span className="min-w-0 flex-1">
        <bdi className="block truncate" title={email}>
          {email}
        </bdi>
        <span className="block truncate text-small text-ink-3">
          {t('sharing.invited.until', { day: day.format(expiresAt) })}
        </span>
      </span>
      <Menu trigger={choiceButton(t(`sharing.role.${role}`), name)}>
        <MenuChoice
          label={name}
          value={role}
          options={GIVEN_ROLES.map((value) => ({ value, label: t(`sharing.role.${value}`) }))}
          onChange={onChange}
        />
        <MenuLine />
        <MenuItem tone="bad" onSelect={onWithdraw}>
          {t('sharing.invited.withdraw')}
        </MenuItem>
      </Menu>
    </li>
  );
}
