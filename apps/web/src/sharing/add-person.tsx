import type { MetPerson, SharingMember } from '@tandem/protocol';
import { useCallback, useId, useState } from 'react';
import { useTranslation } from '../translation/translation.ts';
import { Avatar } from '../components/avatar.tsx';
import { Menu, MenuChoice, choiceButton } from '../components/menu.tsx';
import { Moment } from '../languages/moment.tsx';
import { isolated } from '../languages/names.ts';
import { useServices } from '../session/services.ts';
import { useSearch, type Search } from '../session/use-search.ts';

export const GIVEN_ROLES = ['editor', 'commenter', 'viewer'] as const;
type GivenRole = (typeof GIVEN_ROLES)[number];

interface AddPersonProps {
  readonly members: readonly SharingMember[];
  readonly onAdd: (user: string, role: GivenRole) => void;
}

export function AddPerson({ members, onAdd }: AddPersonProps) {
  const { t } = useTranslation();
  const [wanted, setWanted] = useState('');
  const [role, setRole] = useState<GivenRole>('editor');
  const { client } = useServices();
  const find = useCallback((name: string) => client.people.find(name), [client]);
  const search = useSearch(wanted, find);
  const list = useId();
  const withRole = new Set(members.flatMap(({ user, isOwn }) => (isOwn ? [user.id] : [])));
  const found = search.state === 'done' ? (search.answer ?? []) : [];
  const people = found.filter(({ user }) => !withRole.has(user.id));
  const note = people.length > 0 ? null : noteOf(search.state, found.length);
  return (
    <section>
      <div className="flex gap-2">
        <input
          type="search"
          value={wanted}
          onChange={({ target }) => setWanted(target.value)}
          placeholder={t('sharing.add.search')}
          aria-label={t('sharing.add.search')}
          aria-controls={list}
          autoComplete="off"
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
        {note === null ? '' : t(`sharing.add.${note}`)}
      </p>
      <ul id={list} className="-mx-2 mt-2 flex max-h-56 flex-col overflow-y-auto">
        {people.map((person) => (
          <li key={person.user.id}>
            <PersonButton person={person} onAdd={() => onAdd(person.user.id, role)} />
          </li>
        ))}
      </ul>
    </section>
  );
}

interface PersonButtonProps {
  readonly person: MetPerson;
  readonly onAdd: () => void;
}

/** Names are not unique, so the button also names a shared document. */
function PersonButton({ person: { user, document, seenAt }, onAdd }: PersonButtonProps) {
  const { t } = useTranslation();
  const title = document.title === '' ? t('untitled') : document.title;
  return (
    <button
      type="button"
      onClick={onAdd}
      aria-label={t('sharing.add.name', { name: isolated(user.name), title: isolated(title) })}
      className="flex min-h-11 w-full items-center gap-2.5 rounded-box px-2 text-start text-ui hover:bg-hover"
    >
      <Avatar name={user.name} color={user.color} />
      <span className="min-w-0 flex-1">
        <bdi className="block truncate">{user.name}</bdi>
        <span className="flex gap-1 text-small text-ink-3">
          <bdi className="truncate">{title}</bdi>
          {seenAt !== null && (
            <span className="shrink-0">
              · <Moment at={seenAt} />
            </span>
          )}
        </span>
      </span>
      <span className="text-small text-ink-2">{t('sharing.add.add')}</span>
    </button>
  );
}

function noteOf(
  state: Search<unknown>['state'],
  found: number,
): 'failed' | 'nobody' | 'everybody' | null {
  if (state === 'failed') return 'failed';
  if (state !== 'done') return null;
  return found === 0 ? 'nobody' : 'everybody';
}
