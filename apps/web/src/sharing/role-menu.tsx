import type { MemberRole } from '@tandem/protocol';
import { choiceButton, Menu, MenuChoice, MenuItem, MenuLine } from '../components/menu.tsx';
import { isolated } from '../languages/names.ts';
import { useTranslation } from '../translation/translation.ts';

export const GIVEN_ROLES = ['editor', 'commenter', 'viewer'] as const;

interface RoleMenuProps {
  /** Who has the role. */
  readonly name: string;
  readonly role: MemberRole;
  readonly onChange: (role: MemberRole) => void;
  /** How the role is taken away; null where there is none to take. */
  readonly removal: { readonly label: string; readonly onSelect: () => void } | null;
}

/** Changes the role of a person, a group or an address, or takes it away. */
export function RoleMenu({ name, role, onChange, removal }: RoleMenuProps) {
  const { t } = useTranslation();
  const label = t('sharing.roleOf', { name: isolated(name) });
  return (
    <Menu trigger={choiceButton(t(`sharing.role.${role}`), label)}>
      <MenuChoice
        label={label}
        value={role}
        options={GIVEN_ROLES.map((value) => ({ value, label: t(`sharing.role.${value}`) }))}
        onChange={onChange}
      />
      {removal !== null && (
        <>
          <MenuLine />
          <MenuItem tone="bad" onSelect={removal.onSelect}>
            {removal.label}
          </MenuItem>
        </>
      )}
    </Menu>
  );
}
