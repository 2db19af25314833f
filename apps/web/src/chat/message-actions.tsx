import type { ThreadMessage } from '@tandem/protocol';
import { Copy, Ellipsis, Pencil, Reply, Trash2 } from 'lucide-react';
import { useTranslation } from '../translation/translation.ts';
import { IconButton } from '../components/button.tsx';
import { classNames } from '../components/class-names.ts';
import { copyText } from '../components/copy-button.tsx';
import { Menu, MenuItem } from '../components/menu.tsx';
import { EmojiPicker } from './emoji-picker.tsx';

export interface MessageIntents {
  readonly reply: (message: ThreadMessage) => void;
  readonly edit: (message: ThreadMessage) => void;
  readonly remove: (message: ThreadMessage) => void;
  readonly react: (message: ThreadMessage, emoji: string, on: boolean) => void;
}

interface MessageActionsProps {
  readonly message: ThreadMessage;
  readonly text: string;
  readonly intents: MessageIntents;
  /** `inside`: over the message's own first line, where there is no room above it. */
  readonly place?: 'above' | 'inside';
  readonly mayReply?: boolean;
  readonly mayReact?: boolean;
  readonly mayEdit: boolean;
  readonly mayRemove: boolean;
}

export function MessageActions({
  message,
  text,
  intents,
  place = 'above',
  mayReply = true,
  mayReact = true,
  mayEdit,
  mayRemove,
}: MessageActionsProps) {
  const { t } = useTranslation();
  return (
    <div
      role="group"
      aria-label={t('chat.actions')}
      className={classNames(
        place === 'above' ? '-top-7 right-2' : '-top-1.5 right-0',
        'absolute z-1 flex rounded-box border border-line bg-raise opacity-0 shadow-lift transition-opacity duration-(--quick) group-hover/message:opacity-100 focus-within:opacity-100 has-data-popup-open:opacity-100 pointer-coarse:static pointer-coarse:mt-1 pointer-coarse:hidden pointer-coarse:w-fit pointer-coarse:opacity-100 pointer-coarse:shadow-none pointer-coarse:group-focus-within/message:flex pointer-coarse:has-data-popup-open:flex',
      )}
    >
      {mayReact && <EmojiPicker onPick={(emoji) => intents.react(message, emoji, true)} />}
      {mayReply && (
        <IconButton label={t('chat.reply')} icon={Reply} onClick={() => intents.reply(message)} />
      )}
      <Menu trigger={<IconButton label={t('menu.open')} icon={Ellipsis} />}>
        <MenuItem icon={Copy} onSelect={() => void copyText(async () => text)}>
          {t('chat.copy')}
        </MenuItem>
        {mayEdit && (
          <MenuItem icon={Pencil} onSelect={() => intents.edit(message)}>
            {t('chat.edit')}
          </MenuItem>
        )}
        {mayRemove && (
          <MenuItem icon={Trash2} tone="bad" onSelect={() => intents.remove(message)}>
            {t('chat.delete')}
          </MenuItem>
        )}
      </Menu>
    </div>
  );
}
