import type { ThreadMessage, User } from '@tandem/protocol';
import { useTranslation } from '../translation/translation.ts';
import { classNames } from '../components/class-names.ts';
import { Tooltip } from '../components/tooltip.tsx';
import { formatLocale } from '../languages/i18n.ts';
import { nameList } from '../languages/names.ts';

interface ReactionsProps {
  readonly message: ThreadMessage;
  readonly me: string | null;
  readonly onReact: ((emoji: string, on: boolean) => void) | null;
}

export function Reactions({ message, me, onReact }: ReactionsProps) {
  const { t, language } = useTranslation();
  const reactions = reactionsTo(message, (name) => t('chat.nameFromFile', { name }));
  if (reactions.length === 0) return null;
  return (
    <ul className="mt-1 flex flex-wrap gap-1">
      {reactions.map(({ emoji, users, people }) => {
        const isOwn = users.some(({ id }) => id === me);
        const names = nameList(people, formatLocale(language));
        return (
          <li key={emoji}>
            <Tooltip label={names}>
              <button
                type="button"
                disabled={onReact === null}
                aria-pressed={isOwn}
                aria-label={t('chat.reaction', { emoji, names, count: people.length })}
                onClick={() => onReact?.(emoji, !isOwn)}
                className={classNames(
                  'touch flex h-6 items-center gap-1 rounded-full border px-2 text-small',
                  isOwn
                    ? 'border-accent bg-accent-soft text-accent'
                    : 'border-line bg-raise text-ink-2 enabled:hover:bg-hover',
                )}
              >
                <span aria-hidden>{emoji}</span>
                <span aria-hidden>{people.length}</span>
              </button>
            </Tooltip>
          </li>
        );
      })}
    </ul>
  );
}

interface ShownReaction {
  readonly emoji: string;
  readonly users: readonly User[];
  /** Names: those of an imported file stand before those of people here, and never look like these (CO8). */
  readonly people: readonly string[];
}

function reactionsTo(
  { reactions, imported }: ThreadMessage,
  fromFile: (name: string) => string,
): readonly ShownReaction[] {
  const named = imported?.reactions ?? [];
  const emojis = new Set([...named, ...reactions].map(({ emoji }) => emoji));
  return [...emojis].map((emoji) => {
    const users = reactions.find((reaction) => reaction.emoji === emoji)?.users ?? [];
    const names = named.find((reaction) => reaction.emoji === emoji)?.names ?? [];
    return { emoji, users, people: [...names.map(fromFile), ...users.map(({ name }) => name)] };
  });
}
