import type { LinkAccess, MemberRole, SharingMember, SharingState } from '@tandem/protocol';
import { Globe, Lock, type LucideIcon } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Avatar } from '../components/avatar.tsx';
import { CopyButton } from '../components/copy-button.tsx';
import { choiceButton, Menu, MenuChoice, MenuItem, MenuLine } from '../components/menu.tsx';
import { isolated } from '../languages/names.ts';
import { AddPerson, GIVEN_ROLES } from './add-person.tsx';

const LINK_CHOICES: readonly LinkAccess[] = ['edit', 'comment', 'view', 'off'];

export interface SharingIntents {
  readonly changeLink: (link: LinkAccess) => void;
  readonly changeRole: (user: string, role: MemberRole) => void;
  readonly remove: (user: string) => void;
}

interface SharingPanelProps {
  readonly link: string;
  readonly sharing: SharingState | null;
  readonly me: string | null;
  readonly intents: SharingIntents;
  readonly refusal: string | null;
}

/** The access by the link, and the roles of the members. Everyone sees them; only the owner can change them. */
export function SharingPanel({ link, sharing, me, intents, refusal }: SharingPanelProps) {
  const { t } = useTranslation();
  const isOwner = sharing !== null && sharing.owner === me;
  return (
    <div className="flex flex-col gap-4">
      <div className="flex gap-2">
        <input
          readOnly
          value={link}
          aria-label={t('share.link')}
          onFocus={({ target }) => {
            target.select();
            // Shows the start of the address, by which people recognize it.
            requestAnimationFrame(() => (target.scrollLeft = 0));
          }}
          className="h-7.5 min-w-0 flex-1 rounded-box border border-line-strong bg-canvas px-2 text-ui text-ellipsis text-ink-2 pointer-coarse:h-9"
        />
        <CopyButton look="primary" text={() => link}>
          {t('share.copy')}
        </CopyButton>
      </div>
      {refusal !== null && (
        <p role="alert" className="text-small text-bad">
          {refusal}
        </p>
      )}
      {sharing !== null && (
        <>
          <LinkRow link={sharing.link} onChange={isOwner ? intents.changeLink : null} />
          {isOwner && <AddPerson members={sharing.members} onAdd={intents.changeRole} />}
          <section aria-labelledby="share-people">
            <h3 id="share-people" className="mb-1 text-small font-medium text-ink-3">
              {t('share.people')}
            </h3>
            <ul className="-mx-2 flex max-h-72 flex-col overflow-y-auto">
              {sharing.members.map((member) => (
                <MemberRow
                  key={member.user.id}
                  member={member}
                  isMe={member.user.id === me}
                  intents={isOwner && member.role !== 'owner' ? intents : null}
                />
              ))}
            </ul>
          </section>
          {!isOwner && <p className="text-small text-ink-3">{t('share.onlyOwner')}</p>}
        </>
      )}
    </div>
  );
}

function LinkRow({
  link,
  onChange,
}: {
  readonly link: LinkAccess;
  readonly onChange: ((link: LinkAccess) => void) | null;
}) {
  const { t } = useTranslation();
  const Icon: LucideIcon = link === 'off' ? Lock : Globe;
  return (
    <div className="flex items-center gap-2.5">
      <span
        aria-hidden
        className="flex size-6.5 shrink-0 items-center justify-center rounded-full bg-hover text-ink-2"
      >
        <Icon size={15} strokeWidth={1.75} />
      </span>
      <p className="min-w-0 flex-1 text-ui">{t(`share.about.${link}`)}</p>
      {onChange !== null && (
        <Menu trigger={choiceButton(t(`share.access.${link}`), t('share.linkAccess'))}>
          <MenuChoice
            label={t('share.linkAccess')}
            value={link}
            options={LINK_CHOICES.map((value) => ({ value, label: t(`share.access.${value}`) }))}
            onChange={onChange}
          />
        </Menu>
      )}
    </div>
  );
}

interface MemberRowProps {
  readonly member: SharingMember;
  readonly isMe: boolean;
  readonly intents: SharingIntents | null;
}

function MemberRow({ member, isMe, intents }: MemberRowProps) {
  const { t } = useTranslation();
  const { user, role, isOwn } = member;
  return (
    <li className="flex min-h-10 items-center gap-2.5 px-2 text-ui">
      <Avatar name={user.name} color={user.color} />
      <span className="min-w-0 flex-1">
        <span className="block truncate">
          <bdi>{user.name}</bdi>
          {isMe && <span className="text-ink-3"> {t('people.you')}</span>}
        </span>
        {!isOwn && <span className="block text-small text-ink-3">{t('share.byLink')}</span>}
      </span>
      {intents === null || role === 'owner' ? (
        <span className="text-small text-ink-3">{t(`share.role.${role}`)}</span>
      ) : (
        <Menu
          trigger={choiceButton(
            t(`share.role.${role}`),
            t('share.roleOf', { name: isolated(user.name) }),
          )}
        >
          <MenuChoice
            label={t('share.roleOf', { name: isolated(user.name) })}
            value={role}
            options={GIVEN_ROLES.map((value) => ({ value, label: t(`share.role.${value}`) }))}
            onChange={(next) => intents.changeRole(user.id, next)}
          />
          {isOwn && (
            <>
              <MenuLine />
              <MenuItem tone="bad" onSelect={() => intents.remove(user.id)}>
                {t('share.remove')}
              </MenuItem>
            </>
          )}
        </Menu>
      )}
    </li>
  );
}
