import { MAX_HREF_LENGTH } from './limits.ts';

const SCHEMES = new Set(['http', 'https', 'mailto', 'tel']);

/**
 * Returns the address as a link may carry it, or null: `http`, `https`, `mailto`, `tel` and
 * relative addresses only.
 *
 * Browsers drop tabs, newlines and leading control characters before they look for a scheme, so an
 * address with any of them is rejected. RFC 3986 §4.2 allows no colon in the first segment of a
 * relative address, so the text before an early colon must be one of our schemes, however it is
 * disguised.
 */
export function safeHref(raw: unknown): string | null {
  if (typeof raw !== 'string') return null;
  const href = raw.trim();
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (href === '' || href.length > MAX_HREF_LENGTH || /[\u0000-\u001f\u007f-\u009f]/.test(href))
    return null;
  const beforeColon = /^([^:/?#]*):/.exec(href)?.[1];
  return beforeColon === undefined || SCHEMES.has(beforeColon.toLowerCase()) ? href : null;
}
