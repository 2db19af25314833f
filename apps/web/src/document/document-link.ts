import { documentId } from '@tandem/protocol';

/**
 * The document that a link means. Mail programs and people put a full stop, a bracket or more behind a link, and take
 * it for a part of it.
 *
 * @param given what stands in the address
 * @returns null when it can be none
 */
export function documentOfLink(given: string): string | null {
  const id = /^[\w-]+/.exec(given)?.[0] ?? '';
  return documentId.safeParse(id).success ? id : null;
}
