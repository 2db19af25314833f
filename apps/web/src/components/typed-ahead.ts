/**
 * Catches what is typed before the field that it is for is there. The focus goes to a field of its own at once, within
 * the click or key that asks for a document, so that no key is lost and phones show their keyboard.
 */
let field: HTMLTextAreaElement | null = null;

/** Catches from now on. @param label what the keys are for, for screen readers. */
export function catchTyping(label: string, text = ''): void {
  stopCatching();
  field = document.createElement('textarea');
  field.setAttribute('aria-label', label);
  field.className = 'pointer-events-none fixed top-0 left-0 size-px opacity-0';
  field.value = text;
  document.body.append(field);
  field.focus({ preventScroll: true });
}

export function isCatching(): boolean {
  return field !== null;
}

/**
 * Gives what was caught to the field that it is for, once an input method has finished its word.
 *
 * @param receive `hasFocus`: the person has not gone elsewhere meanwhile
 */
export function takeTyping(receive: (text: string, hasFocus: boolean) => void): void {
  const caught = field;
  if (caught === null) return;
  const hand = () => {
    if (field !== caught) return;
    const hasFocus = document.activeElement === caught;
    stopCatching();
    receive(caught.value, hasFocus);
  };
  if (isComposingIn(caught)) caught.addEventListener('compositionend', hand, { once: true });
  else hand();
}

/** What was caught is for nobody. */
export function stopCatching(): void {
  field?.remove();
  field = null;
}

const composing = new WeakSet<EventTarget>();
if (typeof document !== 'undefined') {
  document.addEventListener('compositionstart', ({ target }) => target && composing.add(target));
  document.addEventListener('compositionend', ({ target }) => target && composing.delete(target));
}

function isComposingIn(element: HTMLElement): boolean {
  return composing.has(element);
}
