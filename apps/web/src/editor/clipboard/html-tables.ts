/** Turns each row of a data table into a line, with tabs between the cells. */
export function readTables(root: HTMLElement): void {
  for (const table of root.querySelectorAll('table')) {
    const rows = [...table.querySelectorAll('tr')];
    // Mails use tables for layout: a cell with blocks is not data.
    if (table.querySelector('table') || rows.some((row) => cellsOf(row).some(holdsSeveralBlocks)))
      continue;
    table.replaceWith(...rows.filter((row) => cellsOf(row).length > 0).map(readRow));
  }
}

/** Without `HTMLTableRowElement.cells`, which only browsers have. */
function cellsOf(row: Element): Element[] {
  return [...row.children].filter(({ nodeName }) => nodeName === 'TD' || nodeName === 'TH');
}

function readRow(row: Element): HTMLElement {
  const line = row.ownerDocument.createElement('p');
  for (const [index, cell] of cellsOf(row).entries()) {
    if (index > 0) line.append(tab(row.ownerDocument));
    for (const br of cell.querySelectorAll('br')) br.replaceWith(' ');
    line.append(...contentOf(cell));
  }
  return line;
}

function tab(document: Document): HTMLElement {
  const span = document.createElement('span');
  span.setAttribute('style', 'white-space: pre');
  span.textContent = '\t';
  return span;
}

const BLOCKS = 'p, div, ul, ol, pre, blockquote, hr, h1, h2, h3, h4, h5, h6';

function holdsSeveralBlocks(cell: Element): boolean {
  return (
    cell.querySelectorAll(BLOCKS).length > 1 ||
    cell.querySelector('ul, ol, pre, blockquote') !== null
  );
}

function contentOf(cell: Element): ChildNode[] {
  const [block] = cell.querySelectorAll(BLOCKS);
  return [...(block ?? cell).childNodes];
}
