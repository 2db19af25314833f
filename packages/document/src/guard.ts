import type * as Y from 'yjs';
import { validatePage } from './validation.ts';

export type Inspection =
  | { readonly kind: 'ok' }
  /** `unknown` names what was found, for logs. */
  | { readonly kind: 'newer'; readonly unknown: readonly string[] };

/**
 * Decides whether an editor may be bound to a page. A page with content of a newer version can be read as far as this
 * code understands it (RD9), but not edited: the editor would show what others see differently, and its changes could
 * mean something else to them. A page that is only too long may be edited, or nobody could shorten it.
 */
export function inspectPage(doc: Y.Doc): Inspection {
  const unknown = new Set<string>();
  for (const { rule, found } of validatePage(doc)) if (rule !== 'too-long') unknown.add(found);
  return unknown.size === 0 ? { kind: 'ok' } : { kind: 'newer', unknown: [...unknown] };
}
