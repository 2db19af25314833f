/**
 * Who may upload the bytes of a file (FI10): its id, which others see in the text before the bytes are there, is made of a
 * secret that only the page that added the file knows.
 */
import { digest } from 'lib0/hash/sha256';
import { encodeUtf8 } from 'lib0/string';
import { ulid } from 'ulid';

const SECRET_BYTES = 16;
const TIME_LENGTH = 10;
/** A random digit of a ULID has five bits, which the library takes of a number below 1. */
const BYTE_VALUES = 256;

export interface NewFileId {
  readonly id: string;
  /** In hex. */
  readonly secret: string;
}

export function newFileId(at: number, randomBytes: (count: number) => Uint8Array): NewFileId {
  const secret = Array.from(randomBytes(SECRET_BYTES), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
  return { id: idOf(secret, at), secret };
}

export function isSecretOf(id: string, secret: string): boolean {
  return idOf(secret, 0).slice(TIME_LENGTH) === id.slice(TIME_LENGTH);
}

/** The digits of a ULID that are random in others are the beginning of a hash here: 80 bits of it. */
function idOf(secret: string, at: number): string {
  const bytes = digest(encodeUtf8(secret)).values();
  return ulid(at, () => bytes.next().value! / BYTE_VALUES);
}
