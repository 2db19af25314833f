/** SHA-256 in hexadecimal. Pages without a secure connection have no cryptography of the browser. */
import { digest } from 'lib0/hash/sha256';

export async function sha256(blob: Blob): Promise<string> {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  const subtle = (crypto as { subtle?: SubtleCrypto }).subtle;
  const hash =
    subtle === undefined ? digest(bytes) : new Uint8Array(await subtle.digest('SHA-256', bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
