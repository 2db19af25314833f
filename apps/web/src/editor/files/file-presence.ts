/** Whether the server has a file, for blocks whose file did not load. */

export type FilePresence =
  | 'image'
  /** A file that is not shown as an image, whatever the text says. */
  | 'other'
  /** Not uploaded yet, or not for this person. */
  | 'absent'
  | 'unreachable';

export async function findFilePresence(address: string): Promise<FilePresence> {
  const answer = await fetch(address, { method: 'HEAD' }).catch(() => null);
  if (answer === null || answer.status >= 500) return 'unreachable';
  if (!answer.ok) return 'absent';
  return answer.headers.get('content-type')?.startsWith('image/') === true ? 'image' : 'other';
}

const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 30_000;

export function retryDelayMs(attempt: number): number {
  return Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** attempt);
}

const TIME_LENGTH = 10;
const ULID_DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** When the file was added, by the clock of the device that added it: the beginning of its ULID. */
export function addedAt(file: string): number {
  let time = 0;
  for (const digit of file.slice(0, TIME_LENGTH)) time = time * 32 + ULID_DIGITS.indexOf(digit);
  return time;
}
