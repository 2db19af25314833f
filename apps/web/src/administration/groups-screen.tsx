/** Groups of people that documents are shared with (GR1): all of them, and one with the people in it. */
import type { AdministeredGroup } from '@tandem/protocol/groups';
import { useCallback, useMemo, useRef, useState } from 'react';
import { useTranslation } from '../translation/translation.ts';
import { useAccountAction } from '../account/use-account-action.ts';
import { Button } from '../components/button.tsx';
import { Skeleton } from '../components/feedback.tsx';
import { useParams } from '../navigation/current-screen.tsx';
import { navigate } from '../navigation/location.ts';
import { useServices } from '../session/services.ts';
import { AdministrationPage, Problem } from './administration-page.tsx';
import { AdministrationRequests } from './administration-requests.ts';
import { GroupNameForm } from './group-name-form.tsx';
import { GroupPeople } from './group-people.tsx';
import { GroupFacts, GroupRow } from './group-row.tsx';
import { usePages } from './use-pages.ts';
import '../account/account-words.ts';

export function GroupsScreen() {
  const { t } = useTranslation();
  return (
    <AdministrationPage
      title={t('administration.groups.title')}
      text={t('administration.groups.text')}
    >
      <Groups />
    </AdministrationPage>
  );
}

export function GroupScreen() {
  const { t } = useTranslation();
  const { group: id = '' } = useParams();
  const [group, setGroup] = useState<AdministeredGroup | null>(null);
  return (
    <AdministrationPage
      title={group?.name ?? t('administration.groups.group')}
      text={group === null ? '' : <GroupFacts group={group} />}
      above="/administration/groups"
    >
      <GroupPeople id={id} group={group} onRead={setGroup} />
    </AdministrationPage>
  );
}

function Groups() {
  const { t } = useTranslation();
  const services = useServices();
  const requests = useMemo(() => new AdministrationRequests(services), [services]);
  const read = useCallback(
    async () => ({ items: await requests.listGroups(), next: null }),
    [requests],
  );
  const { items, isLoading, problem, reload } = usePages<AdministeredGroup, never>(read);
  const list = useRef<HTMLUListElement>(null);
  return (
    <>
      <NewGroup requests={requests} />
      <Problem problem={problem} onRetry={reload} />
      {items === null && isLoading && (
        <div role="status" aria-label={t('loading')} className="flex flex-col gap-3">
          <Skeleton className="h-12 w-full" />
          <Skeleton className="h-12 w-full" />
        </div>
      )}
      {items !== null && (
        <>
          <p role="status" className="text-ui text-ink-2 not-empty:py-6 empty:hidden">
            {items.length === 0 ? t('administration.groups.none') : ''}
          </p>
          <ul
            ref={list}
            tabIndex={-1}
            aria-label={t('administration.groups.title')}
            aria-busy={isLoading}
            className="flex flex-col divide-y divide-line outline-none"
          >
            {items.map((group) => (
              <GroupRow
                key={group.id}
                group={group}
                requests={requests}
                refresh={reload}
                onDeleted={() => {
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

/** Makes a group, and leads to it: it has nobody yet. */
function NewGroup({ requests }: { readonly requests: AdministrationRequests }) {
  const { t } = useTranslation();
  const [isNaming, setNaming] = useState<boolean | null>(null);
  const { run, isRunning, problem } = useAccountAction();
  const create = (name: string) =>
    void run(async () => {
      const group = await requests.createGroup(name);
      navigate('/administration/groups/$group', { params: { group } });
    });
  if (isNaming !== true)
    return (
      <div>
        <Button
          look="primary"
          // The field that had the focus is gone.
          autoFocus={isNaming === false}
          onClick={() => setNaming(true)}
        >
          {t('administration.groups.new')}
        </Button>
      </div>
    );
  return (
    <GroupNameForm
      label={t('administration.groups.newName')}
      submit={t('administration.groups.make')}
      isRunning={isRunning}
      problem={problem}
      onSubmit={create}
      onCancel={() => setNaming(false)}
    />
  );
}
