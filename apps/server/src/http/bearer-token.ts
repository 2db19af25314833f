/** A token that an operator gave to whoever may read metrics. */
import { createHash, timingSafeEqual } from 'node:crypto';

/** Whether the `Authorization` header of a request brings it. */
export type BearerCheck = (header: string | undefined) => boolean;

/** @param token null: nobody has it. */
export function bearerCheck(token: string | null): BearerCheck {
  if (token === null) return () => false;
  const expected = digest(`Bearer ${token}`);
  return (header) => timingSafeEqual(digest(header ?? ''), expected);
}

/** Of one length, as the comparison needs it. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
