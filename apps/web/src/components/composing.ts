/** What Safari calls the key that ends a composition, of which it says that it is not part of one. */
const PROCESS_KEY_CODE = 229;

/** Whether a key belongs to an input method, which asks its own questions with Enter and the arrows. */
export function isComposing(event: KeyboardEvent): boolean {
  // oxlint-disable-next-line typescript/no-deprecated -- nothing else tells
  return event.isComposing || event.keyCode === PROCESS_KEY_CODE;
}
