/** The operator's token for reading metrics. */
import { createHash, timingSafeEqual } from 'node:crypto';

export type BearerCheck = (header: string | undefined) => boolean;

export function bearerCheck(token: string | null): BearerCheck {
  if (token === null) return () => false;
  const expected = digest(`Bearer ${token}`);
  return (header) => timingSafeEqual(digest(header ?? ''), expected);
}

/** `timingSafeEqual` needs equal lengths. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
