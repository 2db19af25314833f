import type { SharingMember } from '@tandem/protocol';
import {
  addressInvitation,
  directoryPeople,
  type DirectoryPerson,
} from '@tandem/protocol/directory';
import { Mail } from 'lucide-react';
import { useCallback, useId, useState } from 'react';
import { useTranslation } from '../translation/translation.ts';
import { Avatar } from '../components/avatar.tsx';
import { Menu, MenuChoice, choiceButton } from '../components/menu.tsx';
import { Moment } from '../languages/moment.tsx';
import { isolated } from '../languages/names.ts';
import { get } from '../session/request.ts';
import { useServices } from '../session/services.ts';
import { useSearch, type Search } from '../session/use-search.ts';
import type { Invited, InviteResult } from './use-invited.ts';

export const GIVEN_ROLES = ['editor', 'commenter', 'viewer'] as const;
type GivenRole = (typeof GIVEN_ROLES)[number];

interface AddPersonProps {
  readonly members: readonly SharingMember[];
  readonly invited: Invited;
  readonly onAdd: (user: string, role: GivenRole) => void;
}

/** Adds people by name, from the directory (PE3), or by an address (IA1). */
export function AddPerson({ members, invited, onAdd }: AddPersonProps) {
  const { t } = useTranslation();
  const [wanted, setWanted] = useState('');
  const [role, setRole] = useState<GivenRole>('editor');
  /** What became of the address that was added last. */
  const [result, setResult] = useState<Result | null>(null);
  const [isWaiting, setIsWaiting] = useState(false);
  const { directory, addresses } = invited.known ?? UNKNOWN;
  const takesAddresses = addresses !== 'account-needed' && addresses !== 'off';
  const isAddress = wanted.includes('@');
  const search = useDirectory(isAddress || directory === 'off' ? '' : wanted);
  const list = useId();
  const withRole = new Set(members.flatMap(({ user, isOwn }) => (isOwn ? [user.id] : [])));
  const found = search.state === 'done' ? (search.answer ?? []) : [];
  const people = found.filter(({ user }) => !withRole.has(user.id));
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
    if (people.length > 0) return null;
    const about = noteOfSearch(search.state, found.length);
    return about === 'nobody' && takesAddresses
      ? t('sharing.add.nobodyButAddress')
      : about && t(`sharing.add.${about}`);
  }

  async function invite() {
    if (!email.success || !takesAddresses || isWaiting) return;
    setIsWaiting(true);
    const answer = await invited.invite(email.data, role);
    setIsWaiting(false);
    if (answer === 'done') setWanted('');
    setResult(answer === 'done' ? { invited: email.data } : answer);
  }

  function textOfResult(of: Result): string {
    if (of === 'failed') return t('sharing.invited.failed');
    if ('refused' in of) return of.refused;
    return t(`sharing.add.${INVITED_WORDS[addresses]}`, { address: isolated(of.invited) });
  }

  const isBad = result !== null && (result === 'failed' || 'refused' in result);

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void invite();
      }}
    >
      <div className="flex gap-2">
        <input
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
      </ul>
    </form>
  );
}

type Result = Exclude<InviteResult, 'done'> | { readonly invited: string };

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

function useDirectory(wanted: string): Search<readonly DirectoryPerson[]> {
  const { account, client } = useServices();
  const find = useCallback(
    async (search: string) => {
      const path = `/api/directory?${new URLSearchParams({ search }).toString()}`;
      const { people } = await get(path, { answer: directoryPeople, fetch: account.fetch });
      // What is added shows at once, with the name.
      for (const { user } of people) client.people.remember(user);
      return people;
    },
    [account, client],
  );
  return useSearch(wanted, find);
}

/** Says nothing about whether anybody has the address: nobody here knows. */
function AddressButton({
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
      className="flex min-h-11 w-full items-center gap-2.5 rounded-box px-2 text-start text-ui hover:bg-hover disabled:opacity-50"
    >
      <span
        aria-hidden
        className="flex size-6.5 shrink-0 items-center justify-center rounded-full border border-dashed border-line-strong text-ink-3"
      >
        <Mail size={13} strokeWidth={1.75} />
      </span>
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
function PersonButton({ person: { user, met }, onAdd }: PersonButtonProps) {
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
      className="flex min-h-11 w-full items-center gap-2.5 rounded-box px-2 text-start text-ui hover:bg-hover"
    >
      <Avatar name={user.name} color={user.color} />
      <span className="min-w-0 flex-1">
        <bdi className="block truncate">{user.name}</bdi>
        <span className="flex gap-1 text-small text-ink-3">
          {title === null ? (
            <span className="truncate">{t('sharing.add.notMet')}</span>
          ) : (
            <bdi className="truncate">{title}</bdi>
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

function noteOfSearch(
  state: Search<unknown>['state'],
  found: number,
): 'failed' | 'nobody' | 'everybody' | null {
  if (state === 'failed') return 'failed';
  if (state !== 'done') return null;
  return found === 0 ? 'nobody' : 'everybody';
}
