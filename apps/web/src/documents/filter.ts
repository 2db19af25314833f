import type { ListedDocument } from '@tandem/protocol';

/** Whether every word of `filter` stands somewhere in the title or excerpt; case and accents do not matter. */
export function matches(
  { title, excerpt }: Pick<ListedDocument, 'title' | 'excerpt'>,
  filter: string,
): boolean {
  const text = plain(`${title} ${excerpt}`);
  return plain(filter)
    .split(/\s+/u)
    .every((word) => text.includes(word));
}

function plain(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().trim();
}
