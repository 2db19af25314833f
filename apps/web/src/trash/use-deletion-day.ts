import { TRASH_MS } from '@tandem/protocol';
import { useTranslation } from '../translation/translation.ts';
import { formatLocale } from '../languages/i18n.ts';

/** The day on which a document of the trash is deleted for good: "29 December". */
export function useDeletionDay(trashedAt: number): string {
  const { language } = useTranslation();
  const format = new Intl.DateTimeFormat(formatLocale(language), {
    day: 'numeric',
    month: 'long',
  });
  return format.format(trashedAt + TRASH_MS);
}
