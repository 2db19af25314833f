import type { Commands } from '@tandem/client';
import i18next from 'i18next';
import { toast } from 'sonner';

/** For a list, from which the document disappears: the way back is offered for a moment. */
export function moveToTrash(commands: Pick<Commands, 'run'>, document: string): void {
  commands.run({ name: 'document:trash', input: { document } });
  toast(i18next.t('trash.moved'), {
    action: {
      label: i18next.t('trash.undo'),
      onClick: () => commands.run({ name: 'document:restore', input: { document } }),
    },
  });
}
