import type { Commands } from '@tandem/client';
import { translate } from '../translation/translation.ts';
import { toast } from '../components/toast.ts';

/** For a list, from which the document disappears: the way back is offered for a moment. */
export function moveToTrash(commands: Pick<Commands, 'run'>, document: string): void {
  commands.run({ name: 'document:trash', input: { document } });
  toast(translate('trash.moved'), {
    action: {
      label: translate('trash.undo'),
      onClick: () => commands.run({ name: 'document:restore', input: { document } }),
    },
  });
}
