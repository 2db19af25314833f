import { SmilePlus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from '../translation/translation.ts';
import { IconButton } from '../components/button.tsx';
import { Popover } from '../components/popover.tsx';

export function EmojiPicker({ onPick }: { readonly onPick: (emoji: string) => void }) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  return (
    <Popover
      title={t('chat.react')}
      titleIs="visually-hidden"
      align="end"
      className="p-1.5"
      open={isOpen}
      onOpenChange={setOpen}
      trigger={<IconButton label={t('chat.react')} icon={SmilePlus} />}
    >
      <div className="grid grid-cols-8 gap-0.5">
        {EMOJIS.map((emoji) => (
          <button
            key={emoji}
            type="button"
            aria-label={emoji}
            className="flex size-8 items-center justify-center rounded-box text-read hover:bg-hover pointer-coarse:size-10"
            onClick={() => {
              setOpen(false);
              onPick(emoji);
            }}
          >
            {emoji}
          </button>
        ))}
      </div>
    </Popover>
  );
}

const EMOJIS = [
  '👍',
  '❤️',
  '😄',
  '🎉',
  '👀',
  '✅',
  '🙏',
  '🔥',
  '😂',
  '😮',
  '😢',
  '🤔',
  '👏',
  '🚀',
  '💡',
  '💯',
  '👎',
  '🙌',
  '🤝',
  '☕',
  '🌊',
  '🐛',
  '📌',
  '❓',
] as const;
