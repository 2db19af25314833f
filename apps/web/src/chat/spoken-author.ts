import type { ThreadMessage } from '@tandem/protocol';
import { isolated } from '../languages/names.ts';
import type { Translate } from '../translation/translation.ts';

/** Who wrote a message, for a screen reader: a name from a file is never heard without who imported it (CO8). */
export function spokenAuthor(
  { author, imported }: Pick<ThreadMessage, 'author' | 'imported'>,
  t: Translate,
): string {
  const importer = isolated(author.name);
  if (imported === null) return importer;
  return t('chat.spokenImported', { name: isolated(imported.author.name), importer });
}
