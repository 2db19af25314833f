/** Addresses of published pages (PB1): a readable part made of the title, and the id, which alone counts. */
import { publicationId } from './messages/field.ts';

export const PUBLIC_PATH = '/p';
const MAX_READABLE_LENGTH = 60;

export function publicPagePath(id: string, title: string): string {
  const readable = readablePart(title);
  return `${PUBLIC_PATH}/${readable === '' ? '' : `${encodeURIComponent(readable)}-`}${id}`;
}

export const publicFilePath = (id: string, file: string): string =>
  `${PUBLIC_PATH}/${id}/files/${encodeURIComponent(file)}`;

/** @param segment of an address, decoded. @returns null where no page has such an address */
export function publicationIn(segment: string): string | null {
  const id = segment.slice(segment.lastIndexOf('-') + 1);
  return publicationId.safeParse(id).success ? id : null;
}

/** Letters and digits of all scripts; everything else separates words. */
function readablePart(title: string): string {
  const words =
    title
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];
  let part = '';
  for (const word of words) {
    const longer = part === '' ? word : `${part}-${word}`;
    if (longer.length > MAX_READABLE_LENGTH) break;
    part = longer;
  }
  return part;
}
