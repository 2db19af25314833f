import type * as Y from 'yjs';
import { pageRoots, schemaVersion } from './page.ts';
import { validatePage, type Violation } from './validation.ts';

export type Inspection =
  | { readonly kind: 'ok' }
  | { readonly kind: 'newer'; readonly unknown: readonly string[] };

const LIMITS: ReadonlySet<Violation['rule']> = new Set(['too-deep', 'too-long']);

/**
 * To be asked before an editor is bound to a page. An editor deletes, for everyone, each node that its schema cannot
 * hold, the whole text around a mark that it does not know, and attributes that it does not know once it touches the
 * node. So anything out of form means: read, do not edit. `unknown` names what was found, for logs; it may be empty
 * when only the page's version is newer than `version`.
 */
export function inspectPage(doc: Y.Doc, version: number): Inspection {
  const unknown = new Set<string>();
  for (const { rule, found } of validatePage(doc)) if (!LIMITS.has(rule)) unknown.add(found);
  return unknown.size === 0 && schemaVersion(pageRoots(doc)) <= version
    ? { kind: 'ok' }
    : { kind: 'newer', unknown: [...unknown] };
}
