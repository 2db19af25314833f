import type * as Y from 'yjs';
import { validatePage } from './validation.ts';

export type Inspection =
  | { readonly kind: 'ok' }
  | { readonly kind: 'newer'; readonly unknown: readonly string[] };

/**
 * Decides whether an editor may be bound to a page. Content of a newer version is readable as far
 * as this code understands it (RD9) but not editable: the editor would show it differently, and its
 * changes could mean something else to other clients. A page that is merely too long stays
 * editable, so that people can shorten it.
 */
export function inspectPage(doc: Y.Doc): Inspection {
  const unknown = new Set<string>();
  for (const { rule, found } of validatePage(doc)) if (rule !== 'too-long') unknown.add(found);
  return unknown.size === 0 ? { kind: 'ok' } : { kind: 'newer', unknown: [...unknown] };
}
