/** On paper, the address of a link follows its text, except where the text is the address. */
const LINKS = '.page-text a[href]';

export function hideRepeatedAddresses(): void {
  const style = document.createElement('style');
  addEventListener('beforeprint', () => {
    const repeated = [...document.querySelectorAll(LINKS)].flatMap((link) => {
      const address = link.getAttribute('href')!;
      return address.replace(/^https?:\/\//, '') === link.textContent.replace(/^https?:\/\//, '')
        ? [`.page-text a[href="${CSS.escape(address)}"]::after`]
        : [];
    });
    style.textContent =
      repeated.length === 0 ? '' : `@media print { ${repeated.join(', ')} { content: none; } }`;
    // The editor's own elements stay as they are: it would take a change of them for an edit.
    document.head.append(style);
  });
  addEventListener('afterprint', () => style.remove());
}
