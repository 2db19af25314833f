import type { Commands } from '@tandem/client';
import { toast } from '../components/toast.ts';
import { isolated } from '../languages/names.ts';
import { translate } from '../translation/translation.ts';

/** The template becomes an ordinary document (TM1), which leaves the list of templates: the way back is offered for a moment. */
export function unmarkTemplate(
  commands: Pick<Commands, 'run'>,
  { id, title }: { readonly id: string; readonly title: string },
): void {
  const mark = (isTemplate: boolean) =>
    commands.run({ name: 'document:template', input: { document: id, isTemplate } });
  mark(false);
  toast(translate('templates.unmarked', { title: isolated(title) }), {
    action: { label: translate('templates.undo'), onClick: () => mark(true) },
  });
}
