/**
 * Catches keys that a person types before the field for them exists. A hidden field takes the focus within the click
 * or key press that opens a document, so no key is lost and phones show their keyboard.
 */
let field: HTMLTextAreaElement | null = null;

/**
 * Starts catching.
 *
 * @param label the accessible name of the hidden field
 */
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
 * Hands the caught text over once an input method has finished its word.
 *
 * @param receive `hasFocus`: the person has not moved the focus elsewhere
 */
export function takeTyping(receive: (text: string, hasFocus: boolean) => void): void {
  const caught = field;
  if (caught === null) return;
  const handOver = () => {
    if (field !== caught) return;
    const hasFocus = document.activeElement === caught;
    stopCatching();
    receive(caught.value, hasFocus);
  };
  if (isComposingIn(caught)) caught.addEventListener('compositionend', handOver, { once: true });
  else handOver();
}

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
