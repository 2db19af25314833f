/** Keys that work on every screen. Those of the editor are its own; the help sheet lists both. */

/** The key that means "command" on this machine, as it is written on it. */
const isApple = /Mac|iPhone|iPad/u.test(navigator.platform);
const MOD = isApple ? '⌘' : 'Ctrl';

/** How a chord is written: `keys('Mod', 'K')`. */
export function keys(...parts: readonly string[]): string {
  const written = parts.map((part) =>
    part === 'Mod'
      ? MOD
      : part === 'Shift' && isApple
        ? '⇧'
        : part === 'Alt' && isApple
          ? '⌥'
          : part,
  );
  return written.join(isApple ? '' : '+');
}

export type Shortcut = 'new-document' | 'filter' | 'help';

/** The shortcut that a key press means, outside of fields where it would be text. */
export function shortcutOf(event: KeyboardEvent): Shortcut | null {
  const mod = isApple ? event.metaKey : event.ctrlKey;
  if (mod && event.key === '/') return 'help';
  // `Mod-N` belongs to the browser.
  if (event.altKey && !mod && event.code === 'KeyN') return 'new-document';
  if (mod || event.altKey || isEditable(event.target)) return null;
  if (event.key === '?') return 'help';
  return event.key === '/' ? 'filter' : null;
}

function isEditable(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.closest('input, textarea, select') !== null)
  );
}
