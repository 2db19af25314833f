import type * as Y from 'yjs';
import { schemaVersion } from './page.ts';
import { pageRoots } from './stream/roots.ts';
import { validatePage } from './validation.ts';

export type Inspection =
  | { readonly kind: 'ok' }
  | { readonly kind: 'newer'; readonly unknown: readonly string[] };

/**
 * To be asked before an editor is bound to a page. A page that a newer version wrote is read as this one understands it
 * (RD9), and not edited: the editor would show people a page that others see differently, and its own work may mean
 * something else there. `unknown` names what was found, for logs; it may be empty when only the page's version is newer
 * than `version`. A page that is only too long may be edited, or nobody could shorten it.
 */
export function inspectPage(doc: Y.Doc, version: number): Inspection {
  const unknown = new Set<string>();
  for (const { rule, found } of validatePage(doc)) if (rule !== 'too-long') unknown.add(found);
  return unknown.size === 0 && schemaVersion(pageRoots(doc)) <= version
    ? { kind: 'ok' }
    : { kind: 'newer', unknown: [...unknown] };
}
