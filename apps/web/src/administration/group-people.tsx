import type { User } from '@tandem/protocol';
import type { AdministeredGroup } from '@tandem/protocol/groups';
import { useCallback, useMemo, useRef, useState } from 'react';
import { useTranslation } from '../translation/translation.ts';
import { useAccountAction } from '../account/use-account-action.ts';
import { Avatar } from '../components/avatar.tsx';
import { Button } from '../components/button.tsx';
import { Skeleton } from '../components/feedback.tsx';
import { toast } from '../components/toast.ts';
import { isolated } from '../languages/names.ts';
import { useServices } from '../session/services.ts';
import { AddToGroup } from './add-to-group.tsx';
import { Problem } from './administration-page.tsx';
import { AdministrationRequests } from './administration-requests.ts';
import { Question } from './question.tsx';
import { usePages } from './use-pages.ts';

interface GroupPeopleProps {
  readonly id: string;
  /** Null before it is read. */
  readonly group: AdministeredGroup | null;
  readonly onRead: (group: AdministeredGroup | null) => void;
}

/** Who is in a group, which administrators change. */
export function GroupPeople({ id, group, onRead }: GroupPeopleProps) {
  const { t } = useTranslation();
  const services = useServices();
  const requests = useMemo(() => new AdministrationRequests(services), [services]);
  const read = useCallback(async () => {
    const groups = await requests.listGroups();
    // Refused for one that was deleted, also in this moment.
    const people = await requests.listGroupPeople(id);
    onRead(groups.find((each) => each.id === id) ?? null);
    return { items: people, next: null };
  }, [requests, id, onRead]);
  const { items, isLoading, problem, reload } = usePages<User, never>(read);
  const list = useRef<HTMLUListElement>(null);
  return (
    <>
      <Problem problem={problem} onRetry={reload} />
      {items === null && isLoading && (
        <div role="status" aria-label={t('loading')} className="flex flex-col gap-3">
          <Skeleton className="h-12 w-full" />
          <Skeleton className="h-12 w-full" />
        </div>
      )}
      {items !== null && group !== null && (
        <>
          <AddToGroup group={group} people={items} requests={requests} onAdded={reload} />
          <p role="status" className="text-ui text-ink-2 empty:hidden">
            {items.length === 0 ? t('administration.groups.empty') : ''}
          </p>
          <ul
            ref={list}
            tabIndex={-1}
            aria-label={t('administration.groups.in', { name: isolated(group.name) })}
            aria-busy={isLoading}
            className="flex flex-col divide-y divide-line outline-none"
          >
            {items.map((person) => (
              <PersonOfGroup
                key={person.id}
                person={person}
                group={group}
                requests={requests}
                refresh={reload}
                onRemoved={() => {
                  // Its row had the focus, and is gone.
                  list.current?.focus();
                  reload();
                }}
              />
            ))}
          </ul>
        </>
      )}
    </>
  );
}

interface PersonOfGroupProps {
  readonly person: User;
  readonly group: AdministeredGroup;
  readonly requests: Pick<AdministrationRequests, 'removeFromGroup'>;
  /** Reads the group again. */
  readonly refresh: () => void;
  readonly onRemoved: () => void;
}

function PersonOfGroup({ person, group, requests, refresh, onRemoved }: PersonOfGroupProps) {
  const { t } = useTranslation();
  const [isAsking, setAsking] = useState(false);
  const { run, isRunning, problem } = useAccountAction();
  const button = useRef<HTMLButtonElement>(null);
  const name = isolated(person.name);
  const removePerson = () =>
    void run(async () => {
      await requests.removeFromGroup(group.id, person.id);
      toast(t('administration.groups.removed', { name }));
      onRemoved();
    });
  return (
    <li className="flex flex-col gap-2 py-2">
      <div className="flex min-h-9 items-center gap-3">
        <Avatar name={person.name} color={person.color} />
        <bdi className="min-w-0 flex-1 truncate text-left text-ui font-medium" title={person.name}>
          {person.name}
        </bdi>
        <Button
          ref={button}
          look="quiet"
          aria-expanded={isAsking}
          aria-label={t('administration.groups.removeNamed', { name })}
          onClick={() => {
            // The question tells how much they lose, which the page may have read long ago.
            refresh();
            setAsking(true);
          }}
        >
          {t('administration.groups.remove')}
        </Button>
      </div>
      {isAsking && (
        <Question
          text={
            group.documents === 0
              ? t('administration.groups.ask.removeUnused', { name })
              : t('administration.groups.ask.remove', { name, count: group.documents })
          }
          confirm={t('administration.groups.remove')}
          look="danger"
          isRunning={isRunning}
          problem={problem}
          onConfirm={removePerson}
          onCancel={() => {
            setAsking(false);
            button.current?.focus();
          }}
        />
      )}
    </li>
  );
}
