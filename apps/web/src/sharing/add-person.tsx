import type { MemberRole, SharingMember } from '@tandem/protocol';
import {
  addressInvitation,
  directoryPeople,
  type DirectoryPeople,
} from '@tandem/protocol/directory';
import type { Group } from '@tandem/protocol/groups';
import { useCallback, useId, useRef, useState } from 'react';
import { useTranslation } from '../translation/translation.ts';
import { Menu, MenuChoice, choiceButton } from '../components/menu.tsx';
import { isolated } from '../languages/names.ts';
import { get } from '../session/request.ts';
import { useServices } from '../session/services.ts';
import { useSearch, type Search } from '../session/use-search.ts';
import { AddressButton, GroupButton, PersonButton } from './found-buttons.tsx';
import { GIVEN_ROLES } from './role-menu.tsx';
import type { SendResult } from './use-asked.ts';
import type { DocumentGroupRoles } from './use-document-groups.ts';
import type { Invited } from './use-invited.ts';

interface AddPersonProps {
  readonly members: readonly SharingMember[];
  readonly invited: Invited;
  readonly groups: DocumentGroupRoles;
  readonly onAdd: (user: string, role: MemberRole) => void;
}

/** Adds people and groups by name, from the directory (PE3, GR2), or people by an address (IA1). */
export function AddPerson({ members, invited, groups, onAdd }: AddPersonProps) {
  const { t } = useTranslation();
  const [wanted, setWanted] = useState('');
  const [role, setRole] = useState<MemberRole>('editor');
  /** What became of the address or the group that was added last. */
  const [result, setResult] = useState<Result | null>(null);
  const [isWaiting, setIsWaiting] = useState(false);
  const { directory, addresses } = invited.known ?? UNKNOWN;
  const takesAddresses = addresses !== 'account-needed' && addresses !== 'off';
  const isAddress = wanted.includes('@');
  const search = useDirectory(isAddress || directory === 'off' ? '' : wanted);
  const list = useId();
  const field = useRef<HTMLInputElement>(null);
  const withRole = new Set(members.flatMap(({ user, isOwn }) => (isOwn ? [user.id] : [])));
  const groupsWithRole = new Set(
    groups.known.flatMap(({ group, from }) => (from === undefined ? [group.id] : [])),
  );
  const found = (search.state === 'done' ? search.answer : null) ?? NOTHING;
  const people = found.people.filter(({ user }) => !withRole.has(user.id));
  const foundGroups = found.groups.filter(({ id }) => !groupsWithRole.has(id));
  const email = addressInvitation.shape.email.safeParse(wanted);
  const note = noteOf();
  const by = takesAddresses ? (directory === 'off' ? 'address' : 'both') : 'name';
  const label = t(`sharing.add.by.${by}`);
  if (directory === 'off' && !takesAddresses)
    return (
      <p className="text-small text-ink-3">{t(`sharing.add.${WITHOUT_ADDRESSES[addresses]}`)}</p>
    );

  function noteOf(): string | null {
    if (isAddress) return takesAddresses ? null : t(`sharing.add.${WITHOUT_ADDRESSES[addresses]}`);
    if (people.length + foundGroups.length > 0) return null;
    const about = noteOfSearch(search.state, found);
    return about === 'nobody' && takesAddresses
      ? t('sharing.add.nobodyButAddress')
      : about && t(`sharing.add.${about}`);
  }

  async function add(answer: Promise<SendResult>, added: Added) {
    setResult(null);
    setIsWaiting(true);
    const became = await answer;
    setIsWaiting(false);
    if (became === 'done') setWanted('');
    setResult(became === 'done' ? added : became);
  }

  function invite() {
    if (!email.success || !takesAddresses || isWaiting) return;
    void add(invited.invite(email.data, role), { invited: email.data });
  }

  function give(group: Group) {
    if (isWaiting) return;
    // Its button is gone then.
    field.current?.focus();
    void add(groups.give(group.id, role), { group });
  }

  function textOfResult(of: Result): string {
    if (of === 'failed') return t('sharing.changeFailed');
    if ('refused' in of) return of.refused;
    if ('group' in of)
      return t('sharing.add.sharedWithGroup', {
        name: isolated(of.group.name),
        count: of.group.people,
      });
    return t(`sharing.add.${INVITED_WORDS[addresses]}`, { address: isolated(of.invited) });
  }

  const isBad = result !== null && (result === 'failed' || 'refused' in result);

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        invite();
      }}
    >
      <div className="flex gap-2">
        <input
          ref={field}
          type="search"
          value={wanted}
          onChange={({ target }) => {
            setWanted(target.value);
            setResult(null);
          }}
          placeholder={label}
          aria-label={label}
          aria-controls={list}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          className="h-7.5 min-w-0 flex-1 rounded-box border border-line-strong bg-canvas px-2 text-ui placeholder:text-ink-3 pointer-coarse:h-9"
        />
        <Menu trigger={choiceButton(t(`sharing.role.${role}`), t('sharing.add.role'))}>
          <MenuChoice
            label={t('sharing.add.role')}
            value={role}
            options={GIVEN_ROLES.map((value) => ({ value, label: t(`sharing.role.${value}`) }))}
            onChange={setRole}
          />
        </Menu>
      </div>
      <p role="status" className={note === null ? 'sr-only' : 'mt-2 text-small text-ink-3'}>
        {note ?? ''}
      </p>
      {result !== null && (
        <p
          role={isBad ? 'alert' : 'status'}
          className={`mt-2 text-small break-words ${isBad ? 'text-bad' : 'text-ink-2'}`}
        >
          {textOfResult(result)}
        </p>
      )}
      <ul id={list} className="-mx-2 mt-2 flex max-h-56 flex-col overflow-y-auto empty:hidden">
        {isAddress && takesAddresses && email.success && (
          <li>
            <AddressButton email={email.data} isWaiting={isWaiting} />
          </li>
        )}
        {!isAddress &&
          people.map((person) => (
            <li key={person.user.id}>
              <PersonButton person={person} onAdd={() => onAdd(person.user.id, role)} />
            </li>
          ))}
        {!isAddress &&
          foundGroups.map((group) => (
            <li key={group.id}>
              <GroupButton group={group} isWaiting={isWaiting} onAdd={() => give(group)} />
            </li>
          ))}
      </ul>
    </form>
  );
}

type Added = { readonly invited: string } | { readonly group: Group };
type Result = Exclude<SendResult, 'done'> | Added;

const NOTHING: DirectoryPeople = { people: [], groups: [] };

/** An address is offered also then: what the server cannot do, it says when it is tried. */
const UNKNOWN = { directory: 'contacts', addresses: 'unknown' } as const;

const WITHOUT_ADDRESSES = {
  unknown: 'nobody',
  mailed: 'nobody',
  'not-mailed': 'nobody',
  'account-needed': 'accountNeeded',
  off: 'noAddresses',
} as const;

const INVITED_WORDS = {
  unknown: 'invited',
  mailed: 'mailed',
  'not-mailed': 'not-mailed',
  'account-needed': 'invited',
  off: 'invited',
} as const;

function useDirectory(wanted: string): Search<DirectoryPeople> {
  const { account, client } = useServices();
  const find = useCallback(
    async (search: string) => {
      const path = `/api/directory?${new URLSearchParams({ search }).toString()}`;
      const answer = await get(path, { answer: directoryPeople, fetch: account.fetch });
      // What is added shows at once, with the name.
      for (const { user } of answer.people) client.people.remember(user);
      return answer;
    },
    [account, client],
  );
  return useSearch(wanted, find);
}

function noteOfSearch(
  state: Search<unknown>['state'],
  { people, groups }: DirectoryPeople,
): 'failed' | 'nobody' | 'everybody' | 'everything' | null {
  if (state === 'failed') return 'failed';
  if (state !== 'done') return null;
  if (groups.length > 0) return 'everything';
  return people.length > 0 ? 'everybody' : 'nobody';
}
