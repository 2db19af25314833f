import { type HtmlOptions, writeHtml } from './html.ts';
import type { BlockSource } from './text.ts';

/**
 * As `toHtml`, in memory that does not grow with what a page makes of its bytes: a link to a long address around each
 * letter makes thousands of times as many.
 *
 * @param maxLength in UTF-16 units. @returns null for a page that would be longer
 */
export function toBoundedHtml(
  source: BlockSource,
  { maxLength, ...options }: HtmlOptions & { readonly maxLength: number },
): string | null {
  try {
    return writeHtml(source, options, (html) => {
      if (html.length > maxLength) throw new HtmlTooLong();
      return html;
    });
  } catch (error) {
    if (error instanceof HtmlTooLong) return null;
    throw error;
  }
}

class HtmlTooLong extends Error {}
