export const isApple =
  typeof navigator !== 'undefined' && /Mac|iPhone|iPad/u.test(navigator.platform);

/** Named keys, such as Enter, F10 or ArrowUp; every other `key` is the character that it writes. */
const NAMED_KEY = /^[A-Z][A-Za-z\d]+$/u;

/**
 * Whether a key press writes a character in a text field: by itself, with Option on a Mac, with AltGr elsewhere (on
 * Windows also as Ctrl+Alt), as a dead key, or in a composition. Doubtful presses count as writing: a lost letter is
 * worse than a shortcut that does nothing.
 */
export function writesCharacter(event: KeyboardEvent): boolean {
  const { key, altKey, ctrlKey, metaKey } = event;
  if (isComposing(event)) return true;
  if (key !== 'Dead' && NAMED_KEY.test(key)) return false;
  if (metaKey) return false;
  // Control+Option writes nothing on a Mac, whatever `key` is. Firefox reports Option as AltGraph there.
  if (isApple) return !ctrlKey;
  if (event.getModifierState('AltGraph')) return true;
  if (altKey) return !/^[a-z\d]$/iu.test(key);
  return !ctrlKey;
}

/** The Latin letter of a key: the one that it writes, or the one at its position on layouts of other alphabets. */
export function letterOf({ key, code }: KeyboardEvent): string | null {
  if (/^[a-z]$/iu.test(key)) return key.toLowerCase();
  return /^Key([A-Z])$/u.exec(code)?.[1]?.toLowerCase() ?? null;
}

/** Safari's `keyCode` of the key that ends a composition; its `isComposing` is false already. */
const PROCESS_KEY_CODE = 229;

export function isComposing(event: KeyboardEvent): boolean {
  // oxlint-disable-next-line typescript/no-deprecated -- nothing else tells
  return event.isComposing || event.keyCode === PROCESS_KEY_CODE;
}
