/** Code as programs copy it: a `pre` with markup, or boxes in a monospace font. */

/** Reduces a `pre` to its text: a line break or a line's box becomes a line. */
export function readPreformatted(root: HTMLElement): void {
  for (const pre of root.querySelectorAll('pre')) {
    const code = pre.querySelector('code');
    const text = linesOf(pre).replace(/\n$/, '');
    if (isFragment(pre, text) && root.textContent.trim() === pre.textContent.trim()) {
      pre.replaceWith(text);
      continue;
    }
    const holder = pre.ownerDocument.createElement('code');
    if (code?.className) holder.className = code.className;
    holder.textContent = text;
    removeTitle(pre, holder.className);
    pre.replaceChildren(holder);
  }
}

/** VS Code, Windows Terminal and others copy boxes that preserve white space. */
export function readMonospace(root: HTMLElement): void {
  for (const box of root.querySelectorAll<HTMLElement>('div[style], span[style]')) {
    const style = box.getAttribute('style') ?? '';
    const isCode =
      /white-space:\s*pre\b(?!-)/.test(style) &&
      /font-family:[^;]*(?:mono|consol|courier|menlo)/i.test(style);
    if (!isCode || !root.contains(box) || box.closest('pre')) continue;
    const text = linesOf(box).replace(/\n$/, '');
    if (!text.includes('\n')) continue;
    const pre = box.ownerDocument.createElement('pre');
    pre.textContent = text;
    box.replaceWith(pre);
  }
}

function removeTitle(pre: HTMLElement, className: string): void {
  const language = /(?:^|\s)lang(?:uage)?-(\S+)/.exec(className)?.[1];
  const title = pre.previousElementSibling;
  if (language && title?.textContent?.trim().toLowerCase() === language.toLowerCase())
    title.remove();
}

function isFragment(pre: HTMLElement, text: string): boolean {
  return !text.includes('\n') && /font-family/.test(pre.getAttribute('style') ?? '');
}

const LINE = /^(?:DIV|P|LI|TR)$/;

function linesOf(element: Element): string {
  let text = '';
  const read = (node: Node): void => {
    if (node.nodeType === 3)
      text += (node.nodeValue ?? '').replace(/\r\n?/g, '\n').replaceAll('\u00a0', ' ');
    else if (node.nodeName === 'BR') text += '\n';
    else {
      const isLine = LINE.test(node.nodeName);
      const start = text.length;
      for (const child of node.childNodes) read(child);
      // A box for an empty line contains a line break.
      if (isLine && !(text.length > start && text.endsWith('\n'))) text += '\n';
    }
  };
  for (const child of element.childNodes) read(child);
  return text;
}
