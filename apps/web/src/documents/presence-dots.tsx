import type { User } from '@tandem/protocol';
import { formatLocale } from '../languages/format-locale.ts';
import { useTranslation } from 'react-i18next';
import { personColor } from '../components/avatar.tsx';
import { nameList } from '../profile/name-list.ts';

const MAX_DOTS = 4;

/** Who is in a document now, as dots in their colours. */
export function PresenceDots({ people }: { readonly people: readonly User[] }) {
  const { t, i18n } = useTranslation();
  if (people.length === 0) return null;
  const names = nameList(
    people.map(({ name }) => name),
    formatLocale(i18n.language),
  );
  return (
    <span
      className="flex shrink-0 gap-0.5"
      role="img"
      aria-label={t('list.here', { names })}
      title={names}
    >
      {people.slice(0, MAX_DOTS).map(({ id, color }) => (
        <span
          key={id}
          className="size-1.75 rounded-full"
          style={{ background: personColor(color) }}
        />
      ))}
    </span>
  );
}
