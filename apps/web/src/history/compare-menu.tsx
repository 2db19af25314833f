import type { HistorySession } from '@tandem/protocol';
import { useTranslation } from 'react-i18next';
import { choiceButton, Menu, MenuChoice } from '../components/menu.tsx';
import { formatLocale } from '../languages/i18n.ts';
import { dayAndTime } from './session-time.ts';

/** What the shown page is compared with. */
export type Comparison =
  | { readonly kind: 'nothing' }
  /** The page before the session. */
  | { readonly kind: 'before' }
  /** The page after a row. */
  | { readonly kind: 'moment'; readonly offset: number };

/** Sessions to compare with; more would not fit the menu. */
const MAX_OFFERED = 12;

interface CompareMenuProps {
  readonly sessions: readonly HistorySession[];
  readonly current: HistorySession;
  readonly value: Comparison;
  readonly onChange: (comparison: Comparison) => void;
}

export function CompareMenu({ sessions, current, value, onChange }: CompareMenuProps) {
  const { t, i18n } = useTranslation();
  const language = formatLocale(i18n.language);
  const index = sessions.indexOf(current);
  const offered = sessions
    .slice(Math.max(0, index - MAX_OFFERED / 2), Math.max(0, index - MAX_OFFERED / 2) + MAX_OFFERED)
    .filter((session) => session !== current);
  const options = [
    { value: 'before', label: t('history.compareBefore') },
    { value: 'nothing', label: t('history.compareNothing') },
    ...offered.map(({ to, endedAt }) => ({
      value: String(to),
      label: dayAndTime(endedAt, language),
    })),
  ];
  const chosen = value.kind === 'moment' ? String(value.offset) : value.kind;
  const label =
    options.find((option) => option.value === chosen)?.label ?? t('history.compareBefore');
  return (
    <Menu trigger={choiceButton(label, t('history.compare'))}>
      <MenuChoice
        label={t('history.compare')}
        value={chosen}
        options={options}
        onChange={(next) =>
          onChange(
            next === 'before' || next === 'nothing'
              ? { kind: next }
              : { kind: 'moment', offset: Number(next) },
          )
        }
      />
    </Menu>
  );
}
