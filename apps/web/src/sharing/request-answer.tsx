import type { MemberRole, User } from '@tandem/protocol';
import { ChevronDown } from 'lucide-react';
import { Button } from '../components/button.tsx';
import { Menu, MenuItem } from '../components/menu.tsx';
import { toast } from '../components/toast.ts';
import { isolated } from '../languages/names.ts';
import { useServices } from '../session/services.ts';
import { useTranslation } from '../translation/translation.ts';
import './sharing-words.ts';

/** The weakest first: nobody gives more than was asked for by a slip. */
const ROLES = ['viewer', 'commenter', 'editor'] as const satisfies readonly MemberRole[];

interface RequestAnswerProps {
  readonly document: string;
  /** Who asks for access. */
  readonly user: User;
}

/** What an owner may answer to a request for access (PO10). */
export function RequestAnswer({ document, user }: RequestAnswerProps) {
  const { t } = useTranslation();
  const { client } = useServices();
  const name = isolated(user.name);
  const answer = (role: MemberRole | null) => {
    client.commands.run({ name: 'access:answer', input: { document, user: user.id, role } });
    toast(t(role === null ? 'sharing.requests.declined' : 'sharing.requests.granted', { name }));
  };
  return (
    <div className="relative mt-2 flex flex-wrap gap-2">
      <Menu
        align="start"
        trigger={
          <Button aria-label={t('sharing.requests.grantTo', { name })}>
            {t('sharing.requests.grant')}
            <ChevronDown size={14} aria-hidden />
          </Button>
        }
      >
        {ROLES.map((role) => (
          <MenuItem key={role} onSelect={() => answer(role)}>
            {t(`sharing.requests.as.${role}`)}
          </MenuItem>
        ))}
      </Menu>
      <Button
        look="quiet"
        aria-label={t('sharing.requests.declineOf', { name })}
        onClick={() => answer(null)}
      >
        {t('sharing.requests.decline')}
      </Button>
    </div>
  );
}
