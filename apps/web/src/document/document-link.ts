import { documentId } from '@tandem/protocol';

/**
 * The document id in an address. Mail programs and people append a full stop, a bracket or more to links.
 *
 * @returns null when the address contains no valid id
 */
export function documentOfLink(given: string): string | null {
  const id = /^[\w-]+/.exec(given)?.[0] ?? '';
  return documentId.safeParse(id).success ? id : null;
}

/** The address's search where the history of the document is shown instead of the document. */
export const HISTORY = '?history=true';
