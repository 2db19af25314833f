import type { NamedVersion } from '@tandem/protocol';
import { Ellipsis, Pencil, Tag, X } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from '../translation/translation.ts';
import { IconButton } from '../components/button.tsx';
import { classNames } from '../components/class-names.ts';
import { Menu, MenuItem } from '../components/menu.tsx';
import { formatLocale } from '../languages/i18n.ts';
import { isolated } from '../languages/names.ts';
import type { HistoryPeople } from './history-people.ts';
import type { NamedVersions } from './use-named-versions.ts';
import { shortDayAndTime } from './session-time.ts';
import { VersionName } from './version-name.tsx';

interface NamedVersionListProps {
  readonly named: NamedVersions;
  readonly people: HistoryPeople;
  readonly selected: string | null;
  readonly onSelect: (version: NamedVersion) => void;
}

export function NamedVersionList({ named, people, selected, onSelect }: NamedVersionListProps) {
  const { t } = useTranslation();
  if (named.versions.length === 0) return null;
  return (
    <section className="px-2">
      <h3 className="px-2 pt-6 pb-1 text-tiny font-medium text-ink-3">{t('history.named')}</h3>
      <ul>
        {named.versions.map((version) => (
          <li key={version.id}>
            <Version
              {...{ version, named, people, onSelect }}
              isSelected={version.id === selected}
            />
          </li>
        ))}
      </ul>
    </section>
  );
}

interface VersionProps extends Pick<NamedVersionListProps, 'named' | 'people' | 'onSelect'> {
  readonly version: NamedVersion;
  readonly isSelected: boolean;
}

function Version({ version, named, people, isSelected, onSelect }: VersionProps) {
  const { t, language } = useTranslation();
  const [isRenaming, setRenaming] = useState(false);
  const when = shortDayAndTime(version.at, formatLocale(language));
  const name = people.find(version.by)?.name ?? t('history.someone');
  if (isRenaming)
    return (
      <div className="px-2 pb-2">
        <VersionName
          title={version.title}
          onName={(title) => {
            named.rename(version.id, title);
            setRenaming(false);
          }}
        />
      </div>
    );
  return (
    <div
      className={classNames(
        'flex items-center rounded-box pe-1',
        isSelected ? 'bg-accent-soft' : 'hover:bg-hover',
      )}
    >
      <button
        type="button"
        aria-current={isSelected ? 'true' : undefined}
        onClick={() => onSelect(version)}
        className="flex min-w-0 flex-1 items-center gap-2.5 rounded-box px-2 py-2 text-start outline-offset-[-2px]"
      >
        <Tag size={16} strokeWidth={1.75} aria-hidden className="shrink-0 text-accent" />
        <span className="min-w-0 flex-1">
          <bdi className="block truncate text-ui font-medium">{version.title}</bdi>
          <span className="block truncate text-small text-ink-3">
            {t('history.versionBy', { when, name: isolated(name) })}
          </span>
        </span>
      </button>
      <Menu
        trigger={
          <IconButton
            label={t('history.versionActions', { title: isolated(version.title) })}
            icon={Ellipsis}
          />
        }
      >
        <MenuItem icon={Pencil} onSelect={() => setRenaming(true)}>
          {t('history.rename')}
        </MenuItem>
        <MenuItem icon={X} onSelect={() => named.delete(version.id)}>
          {t('history.deleteName')}
        </MenuItem>
      </Menu>
    </div>
  );
}
