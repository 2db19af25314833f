import {
  LINK_ROLES,
  type LinkAccess,
  type MemberRole,
  type Role,
  type SharingMember,
  type SharingState,
} from '@tandem/protocol';
import { Globe, Lock, type LucideIcon } from 'lucide-react';
import { useTranslation } from '../translation/translation.ts';
import { Avatar } from '../components/avatar.tsx';
import { Button } from '../components/button.tsx';
import { CopyButton } from '../components/copy-button.tsx';
import { choiceButton, Menu, MenuChoice } from '../components/menu.tsx';
import { isolated } from '../languages/names.ts';
import { LinkExpiry } from './link-expiry.tsx';
import { LinkPassword } from './link-password.tsx';
import { Publishing, type PublishingFacts, type PublishingIntents } from './publishing.tsx';
import { AccessRequests } from './access-requests.tsx';
import { AddPerson } from './add-person.tsx';
import { FromAround } from './from-around.tsx';
import { GroupList } from './group-list.tsx';
import { InvitedList } from './invited-list.tsx';
import { RoleMenu } from './role-menu.tsx';
import { useDocumentGroups } from './use-document-groups.ts';
import { useInvited } from './use-invited.ts';

const LINK_CHOICES: readonly LinkAccess[] = ['edit', 'comment', 'view', 'off'];

export interface SharingIntents extends PublishingIntents {
  /** Null: as in the document around this one. */
  readonly changeLink: (link: LinkAccess | null) => void;
  /** Null: the link does not end by itself. */
  readonly changeExpiry: (expiresAt: number | null) => void;
  readonly restrict: (isRestricted: boolean) => void;
  readonly changeRole: (user: string, role: MemberRole) => void;
  readonly remove: (user: string) => void;
}

interface SharingPanelProps {
  readonly document: string;
  readonly publishing: PublishingFacts;
  readonly link: string;
  readonly sharing: SharingState | null;
  /** Titles of the documents around this one, the nearest first, as far as the person has them. */
  readonly around: readonly string[];
  readonly me: string | null;
  readonly intents: SharingIntents;
  readonly refusal: string | null;
}

/** The access by the link, and the roles of the members. Everyone sees them; only the owner can change them. */
export function SharingPanel({
  document,
  publishing,
  link,
  sharing,
  around,
  me,
  intents,
  refusal,
}: SharingPanelProps) {
  const { t } = useTranslation();
  const isOwner =
    sharing?.members.some(({ user, role }) => role === 'owner' && user.id === me) === true;
  return (
    <div className="flex flex-col gap-4">
      <div className="flex gap-2">
        <input
          readOnly
          value={link}
          aria-label={t('sharing.link')}
          onFocus={({ target }) => {
            target.select();
            // Shows the start of the address, by which people recognize it.
            requestAnimationFrame(() => (target.scrollLeft = 0));
          }}
          className="h-7.5 min-w-0 flex-1 rounded-box border border-line-strong bg-canvas px-2 text-ui text-ellipsis text-ink-2 pointer-coarse:h-9"
        />
        <CopyButton look="primary" text={() => link}>
          {t('sharing.copy')}
        </CopyButton>
      </div>
      {refusal !== null && (
        <p role="alert" className="text-small text-bad">
          {refusal}
        </p>
      )}
      {sharing !== null && (
        <>
          <LinkRow
            sharing={sharing}
            around={around}
            onChange={isOwner ? intents.changeLink : null}
          />
          <LinkExpiry sharing={sharing} onChange={isOwner ? intents.changeExpiry : null} />
          <LinkPassword document={document} sharing={sharing} isOwner={isOwner} />
          {sharing.around !== null && (
            <Inheritance
              isRestricted={sharing.around.isRestricted}
              title={around[0] ?? null}
              onChange={isOwner ? intents.restrict : null}
            />
          )}
          {isOwner && <AccessRequests document={document} />}
          {isOwner && (
            <Additions
              document={document}
              sharing={sharing}
              around={around}
              onAdd={intents.changeRole}
            />
          )}
          <section aria-labelledby="share-people">
            <h3 id="share-people" className="mb-1 text-small font-medium text-ink-3">
              {t('sharing.people')}
            </h3>
            <ul className="-mx-2 flex max-h-72 flex-col overflow-y-auto">
              {sharing.members.map((member) => (
                <MemberRow
                  key={member.user.id}
                  member={member}
                  linkRole={LINK_ROLES[sharing.link]}
                  around={around}
                  isMe={member.user.id === me}
                  intents={
                    isOwner && member.role !== 'owner' && member.from === undefined ? intents : null
                  }
                />
              ))}
            </ul>
          </section>
          <Publishing
            publication={sharing.publication}
            facts={publishing}
            intents={isOwner ? intents : null}
          />
          {!isOwner && <p className="text-small text-ink-3">{t('sharing.onlyOwner')}</p>}
        </>
      )}
    </div>
  );
}

function Additions({
  document,
  sharing,
  around,
  onAdd,
}: {
  readonly document: string;
  readonly sharing: SharingState;
  readonly around: readonly string[];
  readonly onAdd: SharingIntents['changeRole'];
}) {
  const invited = useInvited(document, sharing);
  const groups = useDocumentGroups(document, sharing);
  return (
    <>
      <AddPerson members={sharing.members} invited={invited} groups={groups} onAdd={onAdd} />
      <GroupList groups={groups} around={around} />
      <InvitedList invited={invited} />
    </>
  );
}

/** A value of the menu that no link has. */
const AS_AROUND = 'as-around';

function LinkRow({
  sharing: { link, isLinkInherited, around: inherited },
  around,
  onChange,
}: {
  readonly sharing: SharingState;
  readonly around: readonly string[];
  readonly onChange: ((link: LinkAccess | null) => void) | null;
}) {
  const { t } = useTranslation();
  const Icon: LucideIcon = link === 'off' ? Lock : Globe;
  const labelOf = (value: LinkAccess) => t(`sharing.access.${value}`);
  const options = LINK_CHOICES.map((value) => ({ value, label: labelOf(value) }));
  const inheritedLink = inherited === null || inherited.isRestricted ? 'off' : inherited.link;
  return (
    <div className="flex items-center gap-2.5">
      <span
        aria-hidden
        className="flex size-6.5 shrink-0 items-center justify-center rounded-full bg-hover text-ink-2"
      >
        <Icon size={15} strokeWidth={1.75} />
      </span>
      <p className="min-w-0 flex-1 text-ui">
        {t(`sharing.about.${link}`)}
        {inherited !== null && isLinkInherited && !inherited.isRestricted && (
          <FromAround title={around[0] ?? null} />
        )}
      </p>
      {onChange !== null && (
        <Menu trigger={choiceButton(labelOf(link), t('sharing.linkAccess'))}>
          <MenuChoice<LinkAccess | typeof AS_AROUND>
            label={t('sharing.linkAccess')}
            value={inherited !== null && isLinkInherited ? AS_AROUND : link}
            options={
              inherited === null
                ? options
                : [
                    {
                      value: AS_AROUND,
                      label: t('sharing.asAround', { access: labelOf(inheritedLink) }),
                    },
                    ...options,
                  ]
            }
            onChange={(value) => onChange(value === AS_AROUND ? null : value)}
          />
        </Menu>
      )}
    </div>
  );
}

function Inheritance({
  isRestricted,
  title,
  onChange,
}: {
  readonly isRestricted: boolean;
  readonly title: string | null;
  readonly onChange: ((isRestricted: boolean) => void) | null;
}) {
  const { t } = useTranslation();
  const name = isolated(title === null ? t('sharing.around') : title || t('untitled'));
  return (
    <div className="flex items-center gap-2.5">
      <p className="min-w-0 flex-1 text-small text-ink-2">
        {t(isRestricted ? 'sharing.restricted' : 'sharing.inherits', { title: name })}
      </p>
      {onChange !== null && (
        <Button onClick={() => onChange(!isRestricted)}>
          {t(isRestricted ? 'sharing.inherit' : 'sharing.restrict')}
        </Button>
      )}
    </div>
  );
}

interface MemberRowProps {
  readonly member: SharingMember;
  /** What the link gives. A role that is neither a person's own nor this one comes from a group, which owners see (GR4). */
  readonly linkRole: Role | null;
  readonly around: readonly string[];
  readonly isMe: boolean;
  readonly intents: SharingIntents | null;
}

function MemberRow({ member, linkRole, around, isMe, intents }: MemberRowProps) {
  const { t } = useTranslation();
  const { user, role, isOwn, from } = member;
  return (
    <li className="flex min-h-10 items-center gap-2.5 px-2 text-ui">
      <Avatar name={user.name} color={user.color} />
      <span className="min-w-0 flex-1">
        <span className="block truncate">
          <bdi>{user.name}</bdi>
          {isMe && <span className="text-ink-3"> {t('people.you')}</span>}
        </span>
        {!isOwn && (role === linkRole || intents !== null) && (
          <span className="block text-small text-ink-3">
            {t(role === linkRole ? 'sharing.byLink' : 'sharing.byGroup')}
          </span>
        )}
        {from !== undefined && <FromAround title={around[from - 1] ?? null} />}
      </span>
      {intents === null || role === 'owner' ? (
        <span className="text-small text-ink-3">{t(`sharing.role.${role}`)}</span>
      ) : (
        <RoleMenu
          name={user.name}
          role={role}
          onChange={(next) => intents.changeRole(user.id, next)}
          removal={
            isOwn ? { label: t('sharing.remove'), onSelect: () => intents.remove(user.id) } : null
          }
        />
      )}
    </li>
  );
}
