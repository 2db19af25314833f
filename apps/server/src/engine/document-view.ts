/** What a list shows of a document. */
import { describeRoots, excerpt, type TreeEntry } from '@tandem/document';
import { fitText, MAX_EXCERPT_LENGTH, type DocumentKind } from '@tandem/protocol';
import type * as Y from 'yjs';
import type { DocumentView } from './port.ts';

export function viewOf(doc: Y.Doc, kind: DocumentKind): DocumentView {
  switch (kind) {
    case 'page':
      return { kind, excerpt: fit(excerpt(doc, MAX_EXCERPT_LENGTH)) };
    case 'data':
      return { kind, excerpt: fit(rootNames(describeRoots(doc).entries)) };
  }
}

/** Text of a document may hold what a row and a message may not. */
function fit(text: string): string {
  return fitText(text, { lines: 'one', maxLength: MAX_EXCERPT_LENGTH });
}

function rootNames(roots: readonly TreeEntry[]): string {
  const names = roots.map(({ name, size }) => `${name} (${size})`).join(', ');
  return names.length <= MAX_EXCERPT_LENGTH ? names : `${names.slice(0, MAX_EXCERPT_LENGTH - 1)}…`;
}
