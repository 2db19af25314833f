import { isApple, letterOf, writesCharacter } from '../components/keyboard.ts';

/** Keys that work on every screen. Those of the editor are its own; the help sheet lists both. */

/** How keys are written on a Mac; elsewhere by their names. */
const APPLE_SIGNS: Readonly<Record<string, string>> = { Mod: '⌘', Ctrl: '⌃', Alt: '⌥', Shift: '⇧' };

/** How a chord is written on this machine: `chord('Mod', 'K')`. */
export function chord(...parts: readonly string[]): string {
  return isApple
    ? parts.map((part) => APPLE_SIGNS[part] ?? part).join('')
    : parts.map((part) => (part === 'Mod' ? 'Ctrl' : part)).join('+');
}

/** `Mod-N` belongs to the browser, and Option writes. */
export const NEW_DOCUMENT = isApple ? chord('Ctrl', 'Alt', 'N') : chord('Alt', 'N');

/** The way to the notices at the edge; sonner's own, Option+T, writes `†` on a Mac. */
export const NOTICES_KEYS = ['F8'];

export type Shortcut = 'new-document' | 'filter' | 'help' | 'connection-view';

/** The shortcut that a key press means. Where somebody writes, no key that writes is one. */
export function shortcutOf(event: KeyboardEvent): Shortcut | null {
  const { key, altKey, ctrlKey, metaKey } = event;
  const writes = writesCharacter(event);
  if (writes && isEditable(event.target)) return null;
  const mod = isApple ? metaKey : ctrlKey;
  if (mod && !altKey && key === '/') return 'help';
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
