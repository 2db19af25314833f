/** Finds ids of files in updates without reading them as such: an update contains the ids that it brings into a text as they are. */

/** Before each id stands a quotation mark or the length of a string, and neither fits the pattern. */
const IDS = /(?<![0-9A-HJKMNP-TV-Z])[0-9A-HJKMNP-TV-Z]{26}/gi;

/** One pass, however many are sought. Takes those that it finds out of the set. */
export function takeFileIds(update: Uint8Array, sought: Set<string>): string[] {
  const text = Buffer.from(update.buffer, update.byteOffset, update.byteLength).toString('latin1');
  const found: string[] = [];
  for (const [id] of text.matchAll(IDS)) if (sought.delete(id)) found.push(id);
  return found;
}
