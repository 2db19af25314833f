import { useTranslation } from 'react-i18next';

/** Somebody has shared this document with the person, who has not opened it yet. */
export function NewMark() {
  const { t } = useTranslation();
  return (
    <span
      title={t('list.newTitle')}
      className="shrink-0 rounded-full bg-accent-soft px-1.5 text-[10px] leading-4 font-semibold text-accent"
    >
      {t('list.new')}
    </span>
  );
}
