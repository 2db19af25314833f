/**
 * Text without a known place: rejected work may build on updates that this device lacks, for
 * example of a tab that crashed. The person can still read that text.
 */
import * as Y from 'yjs';

export function unplacedText(doc: Y.Doc): string {
  const { pendingStructs } = doc.store;
  if (pendingStructs === null) return '';
  // Yjs encodes the pending structs itself, in its second encoding.
  const { structs } = Y.decodeUpdateV2(pendingStructs.update);
  return structs
    .map((struct) =>
      struct instanceof Y.Item && struct.content instanceof Y.ContentString
        ? struct.content.str
        : '',
    )
    .join('');
}
