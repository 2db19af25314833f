/** Copies text, also on pages without HTTPS, where browsers have no clipboard of their own. False when it cannot. */
export async function copyText(text: () => string | Promise<string>): Promise<boolean> {
  try {
    const content = await text();
    if (isSecureContext) await navigator.clipboard.writeText(content);
    else copyBySelection(content);
    return true;
  } catch {
    return false;
  }
}

function copyBySelection(content: string): void {
  const field = document.createElement('textarea');
  field.value = content;
  field.style.position = 'fixed';
  // Inside an open dialog, so that its focus trap lets the field be selected.
  (document.activeElement?.closest('[role=dialog]') ?? document.body).append(field);
  field.select();
  // Deprecated, and the only way where `navigator.clipboard` is missing.
  // oxlint-disable-next-line typescript/no-deprecated
  const done = document.execCommand('copy');
  field.remove();
  if (!done) throw new Error('the browser would not copy');
}
