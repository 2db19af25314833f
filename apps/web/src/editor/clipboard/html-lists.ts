/** Nests the lists of programs that only give each item's depth. */

/** Word on the desktop writes paragraphs with a sign, Word on the web lists of one item. */
export function readOfficeLists(root: HTMLElement): void {
  for (const paragraph of root.querySelectorAll('p, h1, h2, h3, h4, h5, h6')) {
    const level = /mso-list:[^;]*\blevel(\d+)/.exec(paragraph.getAttribute('style') ?? '')?.[1];
    const sign = [...paragraph.querySelectorAll('[style]')].find((element) =>
      /mso-list:\s*ignore/i.test(element.getAttribute('style') ?? ''),
    );
    if (level === undefined || !sign || paragraph.nodeName !== 'P') continue;
    const number = /^\s*\(?(\d{1,9}|[a-z]{1,5})[.)]/i.exec(sign.textContent ?? '')?.[1];
    paragraph.setAttribute('data-list', number === undefined ? 'bullet' : 'ordered');
    if (number !== undefined && /^\d/.test(number)) paragraph.setAttribute('data-start', number);
    setIndent(paragraph, Number(level) - 1);
    sign.remove();
  }
  for (const item of root.querySelectorAll('li[data-aria-level]'))
    setIndent(item, Number(item.getAttribute('data-aria-level')) - 1);
}

/** Slack writes one list for each run of items of one depth. */
export function readChatLists(root: HTMLElement): void {
  for (const item of root.querySelectorAll('li[data-stringify-indent]'))
    setIndent(item, Number(item.getAttribute('data-stringify-indent')));
  for (const list of root.querySelectorAll('ul[data-indent], ol[data-indent]'))
    for (const item of list.querySelectorAll('li:not([data-indent])'))
      setIndent(item, Number(list.getAttribute('data-indent')));
}

/** Numbers the items after the first, as HTML does, whatever stands between them. */
export function numberItems(root: HTMLElement): void {
  for (const list of root.querySelectorAll('ol')) {
    let number = Number(list.getAttribute('start') ?? 1);
    for (const [index, item] of [...list.children]
      .filter(({ nodeName }) => nodeName === 'LI')
      .entries()) {
      number = Number(item.getAttribute('value') ?? number);
      if (index > 0) item.setAttribute('value', String(number));
      number++;
    }
  }
}

function setIndent(element: Element, indent: number): void {
  if (Number.isInteger(indent) && indent >= 0) element.setAttribute('data-indent', String(indent));
}
