/**
 * Browsers that translate a page replace its text nodes with elements of their own. React then throws when it removes
 * such a text, or inserts before it: https://github.com/facebook/react/issues/11538. The patched methods find the
 * replacement instead.
 */
export function surviveTranslation(node: Node = Node.prototype): void {
  const { removeChild, insertBefore } = node;
  node.removeChild = function <T extends Node>(this: Node, child: T): T {
    if (child.parentNode === this) return removeChild.call(this, child) as T;
    // Removes the translation that the browser shows in place of `child`.
    outermostIn(this, child)?.remove();
    return child;
  };
  // Libraries leave out the place to insert at the end.
  node.insertBefore = function <T extends Node>(this: Node, added: T, before?: Node | null): T {
    const place =
      before == null || before.parentNode === this ? (before ?? null) : outermostIn(this, before);
    return insertBefore.call(this, added, place) as T;
  };
}

/** Prevents the browser from leaving the page for a file that was dropped where nothing accepts it. */
export function guardFileDrops(onRefused: () => void): void {
  addEventListener('dragover', (event) => {
    if (isUntaken(event)) event.preventDefault();
  });
  addEventListener('drop', (event) => {
    if (!isUntaken(event)) return;
    event.preventDefault();
    onRefused();
  });
}

function outermostIn(parent: Node, node: Node): ChildNode | null {
  let at: Node | null = node;
  while (at !== null && at.parentNode !== parent) at = at.parentNode;
  return at as ChildNode | null;
}

function isUntaken({ dataTransfer, defaultPrevented, target }: DragEvent): boolean {
  if (defaultPrevented || dataTransfer?.types.includes('Files') !== true) return false;
  return !(target instanceof HTMLInputElement && target.type === 'file');
}
