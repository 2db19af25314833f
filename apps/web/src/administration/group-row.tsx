import type { AdministeredGroup } from '@tandem/protocol/groups';
import { Ellipsis, Users } from 'lucide-react';
import { useRef, useState } from 'react';
import { useTranslation } from '../translation/translation.ts';
import { useAccountAction } from '../account/use-account-action.ts';
import { IconButton } from '../components/button.tsx';
import { Menu, MenuItem } from '../components/menu.tsx';
import { toast } from '../components/toast.ts';
import { isolated } from '../languages/names.ts';
import { Link } from '../navigation/link.tsx';
import type { AdministrationRequests } from './administration-requests.ts';
import { GroupNameForm } from './group-name-form.tsx';
import { Question } from './question.tsx';

interface GroupRowProps {
  readonly group: AdministeredGroup;
  readonly requests: Pick<AdministrationRequests, 'renameGroup' | 'deleteGroup'>;
  /** Reads the groups again. */
  readonly refresh: () => void;
  readonly onDeleted: () => void;
}

export function GroupRow({ group, requests, refresh, onDeleted }: GroupRowProps) {
  const { t } = useTranslation();
  const [step, setStep] = useState<'shown' | 'rename' | 'delete'>('shown');
  const { run, isRunning, problem } = useAccountAction();
  const link = useRef<HTMLAnchorElement>(null);
  const name = isolated(group.name);
  const end = () => {
    setStep('shown');
    // What had the focus is gone.
    link.current?.focus();
  };
  const rename = (next: string) =>
    void run(async () => {
      if (next !== group.name) {
        await requests.renameGroup(group.id, next);
        refresh();
      }
      end();
    });
  const deleteGroup = () =>
    void run(async () => {
      await requests.deleteGroup(group.id);
      toast(t('administration.groups.deleted', { name }));
      onDeleted();
    });
  return (
    <li className="flex flex-col gap-2 py-2.5">
      <div className="flex items-center gap-3">
        <span
          aria-hidden
          className="flex size-6.5 shrink-0 items-center justify-center rounded-full bg-hover text-ink-2"
        >
          <Users size={15} strokeWidth={1.75} />
        </span>
        <div className="min-w-0 flex-1">
          <Link
            ref={link}
            to="/administration/groups/$group"
            params={{ group: group.id }}
            title={group.name}
            className="touch block text-ui font-medium hover:underline"
          >
            <bdi className="block truncate text-left">{group.name}</bdi>
          </Link>
          <p className="text-small text-ink-2">
            <GroupFacts group={group} />
          </p>
        </div>
        <Menu
          trigger={
            <IconButton icon={Ellipsis} label={t('administration.groups.actions', { name })} />
          }
        >
          <MenuItem onSelect={() => setStep('rename')}>
            {t('administration.groups.rename')}
          </MenuItem>
          <MenuItem
            tone="bad"
            onSelect={() => {
              // The question tells how many lose something, which the page may have read long ago.
              refresh();
              setStep('delete');
            }}
          >
            {t('administration.groups.delete')}
          </MenuItem>
        </Menu>
      </div>
      {step === 'rename' && (
        <GroupNameForm
          label={t('administration.groups.nameOf', { name })}
          submit={t('administration.groups.save')}
          name={group.name}
          isRunning={isRunning}
          problem={problem}
          onSubmit={rename}
          onCancel={end}
        />
      )}
      {step === 'delete' && (
        <Question
          text={
            group.people === 0 || group.documents === 0
              ? t('administration.groups.ask.unused', { name })
              : t('administration.groups.ask.delete', {
                  ...{ name, count: group.people },
                  documents: t('administration.groups.documents', { count: group.documents }),
                })
          }
          confirm={t('administration.groups.delete')}
          look="danger"
          isRunning={isRunning}
          problem={problem}
          onConfirm={deleteGroup}
          onCancel={end}
        />
      )}
    </li>
  );
}

/** How much belongs to a group. */
export function GroupFacts({ group }: { readonly group: AdministeredGroup }) {
  const { t } = useTranslation();
  return (
    <span className="flex flex-wrap gap-x-1.5">
      <span>{t('administration.groups.people', { count: group.people })}</span>
      <span aria-hidden>·</span>
      <span>{t('administration.groups.documents', { count: group.documents })}</span>
    </span>
  );
}
