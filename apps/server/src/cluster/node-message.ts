/** Messages between nodes as bytes, read tolerantly: UP7. */
import { Packr } from 'msgpackr';
import type { z } from 'zod';

const packr = new Packr({ useRecords: false });

export function encodeMessage(message: unknown): Uint8Array {
  return packr.pack(message);
}

/** Without fields that the schema does not know; null for a message that does not fit it, as of another version. */
export function decodeMessage<T>(schema: z.ZodType<T>, payload: Uint8Array): T | null {
  try {
    return schema.safeParse(packr.unpack(payload)).data ?? null;
  } catch {
    return null;
  }
}
