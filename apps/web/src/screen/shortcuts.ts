import { isApple, letterOf, writesCharacter } from '../components/keyboard.ts';

/** Names of keys on a Mac; other platforms write them out. */
const APPLE_SIGNS: Readonly<Record<string, string>> = { Mod: '⌘', Ctrl: '⌃', Alt: '⌥', Shift: '⇧' };

export function chord(...parts: readonly string[]): string {
  return isApple
    ? parts.map((part) => APPLE_SIGNS[part] ?? part).join('')
    : parts.map((part) => (part === 'Mod' ? 'Ctrl' : part)).join('+');
}

/** Browsers reserve `Mod-N`, and Option writes characters. */
export const NEW_DOCUMENT = isApple ? chord('Ctrl', 'Alt', 'N') : chord('Alt', 'N');

/** Moves the focus to the notices; sonner's default, Option+T, writes `†` on a Mac. */
export const NOTICES_KEYS = ['F8'];

export type Shortcut = 'new-document' | 'palette' | 'filter' | 'help' | 'connection-view';

/** The shortcut of a key press. In a text field, a key that writes a character is never a shortcut. */
export function shortcutOf(event: KeyboardEvent): Shortcut | null {
  const { key, altKey, ctrlKey, metaKey } = event;
  const writes = writesCharacter(event);
  if (writes && isEditable(event.target)) return null;
  const mod = isApple ? metaKey : ctrlKey;
  if (mod && !altKey && key === '/') return 'help';
  if (mod && !altKey && !event.shiftKey && letterOf(event) === 'k') return 'palette';
  if (altKey && !metaKey) {
    const letter = letterOf(event);
    if (letter === 'n' && (isApple || !ctrlKey)) return 'new-document';
    if (letter === 'c' && ctrlKey) return 'connection-view';
  }
  if (!writes || altKey) return null;
  if (key === '?') return 'help';
  return key === '/' ? 'filter' : null;
}

function isEditable(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.closest('input, textarea, select') !== null)
  );
}
