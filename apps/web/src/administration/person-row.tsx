import { Ellipsis } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import type { AdministeredPerson, PersonPatch } from '@tandem/protocol/administration';
import { useTranslation } from '../translation/translation.ts';
import { Avatar } from '../components/avatar.tsx';
import { IconButton } from '../components/button.tsx';
import { Menu, MenuItem } from '../components/menu.tsx';
import { Moment } from '../languages/moment.tsx';
import { isolated } from '../languages/names.ts';
import { navigate } from '../navigation/location.ts';
import { useObservable } from '../runtime/observable.ts';
import { failureOf } from '../session/request.ts';
import { useServices } from '../session/services.ts';
import type { AdministrationRequests } from './administration-requests.ts';
import { ConfirmedQuestion } from './confirmed-question.tsx';
import { Question } from './question.tsx';

type Change = 'sign-out' | 'remove-passkeys' | 'block' | 'unblock' | 'promote' | 'demote';

interface PersonRowProps {
  readonly person: AdministeredPerson;
  readonly requests: AdministrationRequests;
  readonly onChanged: (person: AdministeredPerson) => void;
}

export function PersonRow({ person, requests, onChanged }: PersonRowProps) {
  const { t } = useTranslation();
  const { account } = useServices();
  const { user: self } = useObservable(account.state);
  const [asked, setAsked] = useState<Change | null>(null);
  const [isRunning, setRunning] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const { user, email, isGuest, administrator, isBlocked } = person;
  const isSelf = self?.id === user.id;
  const name = isolated(user.name);
  const end = (change: Change) => {
    onChanged(after(person, change));
    setAsked(null);
  };
  const signOut = async () => {
    setRunning(true);
    setProblem(null);
    try {
      await requests.signOut(user.id, { removesPasskeys: false });
      end('sign-out');
    } catch (thrown) {
      const failure = failureOf(thrown);
      setProblem(
        failure.kind === 'refused' ? failure.error.message : t('administration.unreachable'),
      );
    } finally {
      setRunning(false);
    }
  };
  return (
    <li className="flex flex-col gap-2 py-2.5">
      <div className="flex items-center gap-3">
        <Avatar name={user.name} color={user.color} />
        <div className="min-w-0 flex-1">
          <p className="flex flex-wrap items-center gap-x-2 text-ui font-medium">
            <bdi className="min-w-0 break-words">{user.name}</bdi>
            {isSelf && <Badge>{t('administration.people.you')}</Badge>}
            {administrator !== 'no' && (
              <Badge>{t(`administration.people.administrator.${administrator}`)}</Badge>
            )}
            {isBlocked && <Badge tone="bad">{t('administration.people.blocked')}</Badge>}
          </p>
          <p className="flex flex-wrap gap-x-1.5 text-small text-ink-2">
            {email !== null && (
              <span className="min-w-0 basis-full break-all phone:basis-auto">{email}</span>
            )}
            <Facts person={person} />
          </p>
        </div>
        <Menu
          trigger={
            <IconButton icon={Ellipsis} label={t('administration.people.actions', { name })} />
          }
        >
          <MenuItem
            onSelect={() =>
              navigate('/administration/audit', {
                search: `?person=${encodeURIComponent(user.id)}`,
              })
            }
          >
            {t('administration.people.show')}
          </MenuItem>
          {choicesFor(person, isSelf).map((change) => (
            <MenuItem
              key={change}
              tone={change === 'block' ? 'bad' : 'plain'}
              onSelect={() => {
                setProblem(null);
                setAsked(change);
              }}
            >
              {t(`administration.people.do.${change}`)}
            </MenuItem>
          ))}
        </Menu>
      </div>
      {asked === 'sign-out' && (
        <Question
          text={t(`administration.people.ask.${isGuest ? 'guest-sign-out' : asked}`, { name })}
          isRunning={isRunning}
          problem={problem}
          confirm={t(`administration.people.do.${asked}`)}
          look="danger"
          onConfirm={() => void signOut()}
          onCancel={() => setAsked(null)}
        />
      )}
      {asked !== null && asked !== 'sign-out' && (
        <ConfirmedQuestion
          key={asked}
          text={t(`administration.people.ask.${asked}`, { name })}
          confirm={t(`administration.people.do.${asked}`)}
          look={asked === 'block' || asked === 'remove-passkeys' ? 'danger' : 'primary'}
          onConfirmed={async () => {
            await (asked === 'remove-passkeys'
              ? requests.signOut(user.id, { removesPasskeys: true })
              : requests.changePerson(user.id, PATCHES[asked]));
            end(asked);
          }}
          onCancel={() => setAsked(null)}
        />
      )}
    </li>
  );
}

const PATCHES = {
  block: { isBlocked: true },
  unblock: { isBlocked: false },
  promote: { isAdministrator: true },
  demote: { isAdministrator: false },
} as const satisfies Record<Exclude<Change, 'sign-out' | 'remove-passkeys'>, PersonPatch>;

/** As the server has it then. */
function after(person: AdministeredPerson, change: Change): AdministeredPerson {
  switch (change) {
    case 'sign-out':
      return { ...person, sessions: 0 };
    case 'remove-passkeys':
      return { ...person, sessions: 0, passkeys: 0 };
    case 'block':
      return { ...person, isBlocked: true, sessions: 0 };
    case 'unblock':
      return { ...person, isBlocked: false };
    case 'promote':
      return { ...person, administrator: 'yes' };
    case 'demote':
      return { ...person, administrator: 'no' };
  }
}

/** What the server would not refuse. */
function choicesFor(
  { isGuest, administrator, isBlocked, sessions, passkeys }: AdministeredPerson,
  isSelf: boolean,
): readonly Change[] {
  const changes: Change[] = [];
  if (administrator === 'setting') return isBlocked ? ['unblock'] : [];
  if (administrator === 'yes') return ['demote'];
  if (!isSelf && sessions > 0) changes.push('sign-out');
  if (!isSelf && passkeys > 0) changes.push('remove-passkeys');
  if (isGuest) return changes;
  if (isBlocked) return [...changes, 'unblock'];
  return isSelf ? changes : [...changes, 'promote', 'block'];
}

function Facts({ person }: { readonly person: AdministeredPerson }) {
  const { t } = useTranslation();
  const { seenAt, sessions, email } = person;
  return (
    <>
      {email !== null && (
        <span aria-hidden className="hidden phone:inline">
          ·
        </span>
      )}
      <span>
        {seenAt === null ? (
          t('administration.people.neverSeen')
        ) : (
          <>
            {t('administration.people.seen')} <Moment at={seenAt} />
          </>
        )}
      </span>
      <span aria-hidden>·</span>
      <span>
        {sessions === 0
          ? t('administration.people.signedOut')
          : t('administration.people.sessions', { count: sessions })}
      </span>
    </>
  );
}

function Badge({
  tone = 'plain',
  children,
}: {
  readonly tone?: 'plain' | 'bad';
  readonly children: ReactNode;
}) {
  return (
    <span
      className={`rounded-full border border-line px-1.5 text-tiny font-normal ${tone === 'bad' ? 'text-bad' : 'text-ink-2'}`}
    >
      {children}
    </span>
  );
}
