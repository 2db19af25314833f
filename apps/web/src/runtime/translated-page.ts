/**
 * Browsers that translate a page put elements of their own in the place of its texts. React still knows the texts,
 * and fails when it wants to remove one, or to put something before one: https://github.com/facebook/react/issues/11538.
 * A text that is elsewhere by then stays there.
 */
export function surviveTranslation(node: Node = Node.prototype): void {
  const { removeChild, insertBefore } = node;
  node.removeChild = function <T extends Node>(this: Node, child: T): T {
    if (child.parentNode === this) return removeChild.call(this, child) as T;
    // What the browser made of it is shown in its place.
    outermostIn(this, child)?.remove();
    return child;
  };
  node.insertBefore = function <T extends Node>(this: Node, added: T, before: Node | null): T {
    const place =
      before === null || before.parentNode === this ? before : outermostIn(this, before);
    return insertBefore.call(this, added, place) as T;
  };
}

/** The child of `parent` that `node` is somewhere in; null where it is not in it at all. */
function outermostIn(parent: Node, node: Node): ChildNode | null {
  let at: Node | null = node;
  while (at !== null && at.parentNode !== parent) at = at.parentNode;
  return at as ChildNode | null;
}
