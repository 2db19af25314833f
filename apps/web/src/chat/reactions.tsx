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
  const reactions = reactionsTo(message);
  if (reactions.length === 0) return null;
  return (
    <ul className="mt-1 flex flex-wrap gap-1">
      {reactions.map(({ emoji, users, named }) => {
        const isOwn = users.some(({ id }) => id === me);
        const count = users.length + named.length;
        const names = spokenNames({ users, named }, { t, language });
        return (
          <li key={emoji}>
            <Tooltip label={names}>
              <button
                type="button"
                disabled={onReact === null}
                aria-pressed={isOwn}
                aria-label={t('chat.reaction', { emoji, names, count })}
                onClick={() => onReact?.(emoji, !isOwn)}
                className={classNames(
                  'touch flex h-6 items-center gap-1 rounded-full border px-2 text-small',
                  isOwn
                    ? 'border-accent bg-accent-soft text-accent'
                    : 'border-line bg-raise text-ink-2 enabled:hover:bg-hover',
                )}
              >
                <span aria-hidden>{emoji}</span>
                <span aria-hidden>{count}</span>
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
  /** Names in an imported file (CO8). */
  readonly named: readonly string[];
}

function reactionsTo({ reactions, imported }: ThreadMessage): readonly ShownReaction[] {
  const inFile = imported?.reactions ?? [];
  const emojis = new Set([...inFile, ...reactions].map(({ emoji }) => emoji));
  return [...emojis].map((emoji) => ({
    emoji,
    users: reactions.find((reaction) => reaction.emoji === emoji)?.users ?? [],
    named: inFile.find((reaction) => reaction.emoji === emoji)?.names ?? [],
  }));
}

/** Names in a file come last: whatever is in one, nothing of it stands among people here (CO8). */
function spokenNames(
  { users, named }: Pick<ShownReaction, 'users' | 'named'>,
  { t, language }: Pick<ReturnType<typeof useTranslation>, 't' | 'language'>,
): string {
  const list = (names: readonly string[]) => nameList(names, formatLocale(language));
  const here = list(users.map(({ name }) => name));
  if (named.length === 0) return here;
  const inFile = t('chat.peopleInFile', { names: list(named) });
  return users.length === 0 ? inFile : t('chat.peopleHereAndInFile', { here, inFile });
}
