import { isolated } from '../languages/names.ts';
import { useTranslation } from '../translation/translation.ts';

/** Where a role or the link's access comes from; the person may not know the document. */
export function FromAround({ title }: { readonly title: string | null }) {
  const { t } = useTranslation();
  return (
    <span className="block truncate text-small text-ink-3">
      {title === null
        ? t('sharing.fromAround')
        : t('sharing.from', { title: isolated(title || t('untitled')) })}
    </span>
  );
}
