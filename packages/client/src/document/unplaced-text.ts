/**
 * Words whose place is not known: what was set aside may build on work that this device does not have,
 * for example of a tab that crashed. They belong to whoever wrote them all the same.
 */
import * as Y from 'yjs';

/** The text in `doc` that waits for what it builds on, in the order of writing; empty when there is none. */
export function unplacedText(doc: Y.Doc): string {
  const { pendingStructs } = doc.store;
  if (pendingStructs === null) return '';
  // Yjs keeps what waits in its second encoding. It is of its own making.
  const { structs } = Y.decodeUpdateV2(pendingStructs.update);
  return structs
    .map((struct) =>
      struct instanceof Y.Item && struct.content instanceof Y.ContentString
        ? struct.content.str
        : '',
    )
    .join('');
}
