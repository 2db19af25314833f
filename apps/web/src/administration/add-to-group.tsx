import type { User } from '@tandem/protocol';
import type { AdministeredPerson } from '@tandem/protocol/administration';
import type { AdministeredGroup } from '@tandem/protocol/groups';
import { Search } from 'lucide-react';
import { useCallback, useId, useMemo, useRef, useState } from 'react';
import { useTranslation } from '../translation/translation.ts';
import { AccountRequests } from '../account/account-requests.ts';
import { useAccountAction } from '../account/use-account-action.ts';
import { Avatar } from '../components/avatar.tsx';
import { toast } from '../components/toast.ts';
import { isolated } from '../languages/names.ts';
import { useServices } from '../session/services.ts';
import { useSearch } from '../session/use-search.ts';
import type { AdministrationRequests } from './administration-requests.ts';
import { ConfirmedQuestion } from './confirmed-question.tsx';

interface AddToGroupProps {
  readonly group: AdministeredGroup;
  /** Who is in it. */
  readonly people: readonly User[];
  readonly requests: Pick<AdministrationRequests, 'listPeople' | 'addToGroup'>;
  readonly onAdded: () => void;
}

/** Puts people with an account into a group, by their name or address. */
export function AddToGroup({ group, people, requests, onAdded }: AddToGroupProps) {
  const { t } = useTranslation();
  const services = useServices();
  const account = useMemo(() => new AccountRequests(services), [services]);
  const [typed, setTyped] = useState('');
  /** Who is added once the administrator has shown who they are. */
  const [asked, setAsked] = useState<User | null>(null);
  const { run, isRunning, problem } = useAccountAction();
  const find = useCallback(
    async (search: string) => {
      const page = await requests.listPeople({ kind: 'accounts', search, after: null });
      return page.people;
    },
    [requests],
  );
  const search = useSearch(typed.trim(), find);
  const field = useRef<HTMLInputElement>(null);
  const list = useId();
  const inGroup = new Set(people.map(({ id }) => id));
  const found = (search.answer ?? []).filter(({ user }) => !inGroup.has(user.id));
  const add = async (person: User) => {
    await requests.addToGroup(group.id, person.id);
    toast(t('administration.groups.added', { name: isolated(person.name) }));
    setAsked(null);
    setTyped('');
    field.current?.focus();
    onAdded();
  };
  const ask = (person: User) =>
    void run(async () => {
      // The page may have been open for long.
      const { isConfirmed } = await account.read();
      if (isConfirmed) await add(person);
      else setAsked(person);
    });
  return (
    <div className="flex flex-col gap-2">
      <label className="flex h-8.5 w-full items-center gap-2 rounded-box border border-line-strong bg-raise px-2.5 focus-within:outline-2 focus-within:outline-offset-1 focus-within:outline-accent pointer-coarse:h-11">
        <Search size={15} aria-hidden className="text-ink-3" />
        <input
          ref={field}
          type="search"
          value={typed}
          onChange={({ target }) => {
            setTyped(target.value);
            setAsked(null);
          }}
          placeholder={t('administration.groups.add')}
          aria-label={t('administration.groups.add')}
          aria-controls={list}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          className="min-w-0 flex-1 bg-transparent text-base outline-none [&::-webkit-search-cancel-button]:hidden"
        />
      </label>
      <p role="status" className="text-ui text-ink-2 empty:hidden">
        {noteOf()}
      </p>
      <p role="alert" className="text-ui text-bad empty:hidden">
        {problem}
      </p>
      {asked !== null && (
        <ConfirmedQuestion
          key={asked.id}
          text={t('administration.groups.ask.add', {
            name: isolated(asked.name),
            group: isolated(group.name),
          })}
          confirm={t('administration.groups.addThem')}
          look="primary"
          onConfirmed={() => add(asked)}
          onCancel={() => {
            setAsked(null);
            field.current?.focus();
          }}
        />
      )}
      <ul
        id={list}
        aria-label={t('administration.groups.found')}
        className="-mx-2 flex max-h-72 flex-col overflow-y-auto empty:hidden"
      >
        {asked === null &&
          found.map((person) => (
            <li key={person.user.id}>
              <FoundPerson person={person} isWaiting={isRunning} onAdd={() => ask(person.user)} />
            </li>
          ))}
      </ul>
    </div>
  );

  function noteOf(): string {
    if (search.state === 'failed') return t('administration.unreachable');
    if (search.state !== 'done' || found.length > 0) return '';
    return search.answer?.length === 0
      ? t('administration.people.notFound', { search: isolated(typed.trim()) })
      : t('administration.groups.allThere');
  }
}

interface FoundPersonProps {
  readonly person: AdministeredPerson;
  readonly isWaiting: boolean;
  readonly onAdd: () => void;
}

/** Names are not unique, so the address is beside it. */
function FoundPerson({ person: { user, email }, isWaiting, onAdd }: FoundPersonProps) {
  const { t } = useTranslation();
  const name = isolated(user.name);
  return (
    <button
      type="button"
      disabled={isWaiting}
      onClick={onAdd}
      aria-label={
        email === null
          ? t('administration.groups.addNamed', { name })
          : t('administration.groups.addAddress', { name, address: isolated(email) })
      }
      className="flex min-h-11 w-full items-center gap-2.5 rounded-box px-2 text-start text-ui hover:bg-hover disabled:opacity-50"
    >
      <Avatar name={user.name} color={user.color} />
      <span className="min-w-0 flex-1">
        <bdi className="block truncate text-left">{user.name}</bdi>
        {email !== null && (
          <bdi className="block truncate text-left text-small text-ink-3">{email}</bdi>
        )}
      </span>
      <span className="text-small text-ink-2">{t('administration.groups.addOne')}</span>
    </button>
  );
}
