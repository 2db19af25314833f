import type { HistorySession, NamedVersion } from '@tandem/protocol';
import { Users } from 'lucide-react';
import { useTranslation } from '../translation/translation.ts';
import { choiceButton, Menu, MenuChoice, MenuItem, MenuLine } from '../components/menu.tsx';
import { formatLocale } from '../languages/i18n.ts';
import { dayAndTime } from './session-time.ts';

/** What the shown page is compared with. */
export type Comparison =
  | { readonly kind: 'nothing' }
  /** Nothing; who wrote it is shown instead. */
  | { readonly kind: 'authors' }
  /** The page before the session. */
  | { readonly kind: 'before' }
  /** The page after a row. */
  | { readonly kind: 'moment'; readonly offset: number };

/** Sessions to compare with; more would not fit the menu. */
const MAX_OFFERED = 12;

interface CompareMenuProps {
  readonly sessions: readonly HistorySession[];
  readonly current: HistorySession;
  readonly named: readonly NamedVersion[];
  readonly value: Comparison;
  readonly onChange: (comparison: Comparison) => void;
}

export function CompareMenu({ sessions, current, named, value, onChange }: CompareMenuProps) {
  const translation = useTranslation();
  const { t } = translation;
  const language = formatLocale(translation.language);
  const index = sessions.indexOf(current);
  const offered = sessions
    .slice(Math.max(0, index - MAX_OFFERED / 2), Math.max(0, index - MAX_OFFERED / 2) + MAX_OFFERED)
    .filter((session) => session !== current && !named.some(({ offset }) => offset === session.to));
  const options = [
    { value: 'before', label: t('history.compareBefore') },
    { value: 'nothing', label: t('history.compareNothing') },
    ...named
      .filter(({ offset }) => offset !== current.to)
      .slice(0, MAX_OFFERED)
      .map(({ offset, title }) => ({ value: String(offset), label: title })),
    ...offered.map(({ to, endedAt }) => ({
      value: String(to),
      label: dayAndTime(endedAt, language),
    })),
  ];
  const chosen = value.kind === 'moment' ? String(value.offset) : value.kind;
  const compared = options.find((option) => option.value === chosen)?.label ?? '';
  const label =
    value.kind === 'authors'
      ? t('history.authors')
      : t('history.comparedWith', { label: compared || t('history.compareBefore') });
  return (
    <Menu trigger={choiceButton(label, t('history.compare'))}>
      <MenuChoice
        label={t('history.compare')}
        value={chosen}
        options={options}
        onChange={(next) => onChange(toComparison(next))}
      />
      <MenuLine />
      <MenuItem icon={Users} onSelect={() => onChange({ kind: 'authors' })}>
        {t('history.authors')}
      </MenuItem>
    </Menu>
  );
}

function toComparison(value: string): Comparison {
  return value === 'before' || value === 'nothing'
    ? { kind: value }
    : { kind: 'moment', offset: Number(value) };
}
