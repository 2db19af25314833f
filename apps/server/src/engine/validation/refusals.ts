import type { MalformedReason } from './byte-cursor.ts';
import type { DryRunFault } from './integration-dry-run.ts';

export type RefusalReason = MalformedReason | DryRunFault | 'client-taken';

export const REFUSAL_SENTENCES: Readonly<Record<RefusalReason, string>> = {
  truncated: 'The change arrived incomplete: it ends in the middle of a value.',
  varint: 'The change contains a number in a form that no Yjs client writes.',
  'clock-range': 'The change counts further than a document can.',
  'zero-length':
    'The change contains an element without a length, which would make the document unreadable.',
  count: 'The change announces more elements than it contains.',
  text: 'The change contains text that is not valid UTF-8.',
  json: 'The change contains a value that is not valid JSON.',
  'value-type': 'The change contains a value of an unknown type.',
  'value-depth': 'The change contains a value that is nested too deeply.',
  'forbidden-key': 'The change uses the name "__proto__", which is not allowed.',
  'struct-kind':
    'The change contains an element of an unknown kind. Only Yjs updates in format V1 are accepted.',
  'parent-info':
    'The change contains an element without a readable parent. Only Yjs updates in format V1 are accepted.',
  'type-kind': 'The change contains a shared type of an unknown kind.',
  subdocument: 'The change contains a sub-document. Sub-documents are not supported.',
  'client-order': 'The change lists its authors twice or out of order.',
  'duplicate-deletes': 'The change lists the deletions of one author twice.',
  'self-reference':
    'The change contains an element that is placed next to itself or to a later one.',
  'unsorted-deletes': 'The change lists its deletions out of order.',
  'root-names': 'The document would have too many top-level names.',
  'trailing-bytes':
    'The change is followed by bytes that do not belong to it. Only Yjs updates in format V1 are accepted.',
  cyclic: 'The change contains elements that wait for each other.',
  'origins-not-adjacent':
    'The change places an element between two neighbours that are not in this order.',
  'wrong-parent': 'The change places an element inside something that cannot contain it.',
  'undeleted-entry': 'The change writes several values under one key at once.',
  nested: 'The change nests elements too deeply.',
  'conflict-walk-too-long':
    'The change conflicts with so much other work in one place that merging it would stall the document.',
  'too-many-splits':
    'The change touches too many places of a long document at once. Make it in smaller steps.',
  'client-taken':
    'The change continues the work of somebody else’s device. Reload the page to continue as yourself.',
};
