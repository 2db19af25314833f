/** Which keys are chords and which write. Every shortcut asks here, those of the editor and those of all screens. */

export const isApple =
  typeof navigator !== 'undefined' && /Mac|iPhone|iPad/u.test(navigator.platform);

/** Keys with a name, such as Enter, F10 or ArrowUp; all others carry what they write. */
const NAMED_KEY = /^[A-Z][A-Za-z\d]+$/u;

/**
 * Whether a key press writes a character where somebody writes: by itself, by Option on a Mac, by AltGr elsewhere (on
 * Windows also as Ctrl+Alt), as a dead key or in a composition. What is not certain writes: a letter that is lost is
 * worse than a chord that does nothing.
 */
export function writesCharacter(event: KeyboardEvent): boolean {
  const { key, altKey, ctrlKey, metaKey } = event;
  if (isComposing(event)) return true;
  if (key !== 'Dead' && NAMED_KEY.test(key)) return false;
  if (metaKey) return false;
  // Control and Option together write nothing on a Mac, whatever `key` says; Firefox calls Option AltGraph there.
  if (isApple) return !ctrlKey;
  if (event.getModifierState('AltGraph')) return true;
  if (altKey) return !/^[a-z\d]$/iu.test(key);
  return !ctrlKey;
}

/** The Latin letter of a key: what it writes on this layout, or what is in its place where it writes another alphabet. */
export function letterOf({ key, code }: KeyboardEvent): string | null {
  if (/^[a-z]$/iu.test(key)) return key.toLowerCase();
  return /^Key([A-Z])$/u.exec(code)?.[1]?.toLowerCase() ?? null;
}

/** What Safari calls the key that ends a composition, of which it says that it is not part of one. */
const PROCESS_KEY_CODE = 229;

/** Whether a key belongs to an input method, which asks its own questions with Enter and the arrows. */
export function isComposing(event: KeyboardEvent): boolean {
  // oxlint-disable-next-line typescript/no-deprecated -- nothing else tells
  return event.isComposing || event.keyCode === PROCESS_KEY_CODE;
}
