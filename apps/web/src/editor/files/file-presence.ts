import { errorAnswer } from '@tandem/protocol';
import { useEffect, useState } from 'react';

/** Whether the server has a file. */

export type FilePresence =
  | 'image'
  /** A file that is not shown as an image, whatever the text says. */
  | 'other'
  /** Not uploaded yet, or not for this person. */
  | 'absent'
  /** The server tells nothing before the person has signed in again. */
  | 'signed-out'
  /** By a person. */
  | 'deleted'
  | 'unreachable';

const [UNAUTHORIZED, GONE, TOO_MANY] = [401, 410, 429] as const;

export async function findFilePresence(address: string): Promise<FilePresence> {
  const answer = await fetch(address, { method: 'HEAD' }).catch(() => null);
  if (answer === null || answer.status >= 500 || answer.status === TOO_MANY) return 'unreachable';
  if (!answer.ok && !(await isRefused(address))) return 'unreachable';
  if (answer.status === UNAUTHORIZED) return 'signed-out';
  if (answer.status === GONE) return 'deleted';
  if (!answer.ok) return 'absent';
  return answer.headers.get('content-type')?.startsWith('image/') === true ? 'image' : 'other';
}

/** The answer to a HEAD does not say by whom it is. */
async function isRefused(address: string): Promise<boolean> {
  const answer = await fetch(address).catch(() => null);
  return answer !== null && (await isOwnRefusal(answer));
}

/** Whether the server itself has refused, and not a proxy in front of it that asks to sign in. */
export async function isOwnRefusal(answer: Response): Promise<boolean> {
  const body: unknown = answer.ok ? null : await answer.json().catch(() => null);
  return errorAnswer.safeParse(body).success;
}

const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 30_000;

export function retryDelayMs(attempt: number): number {
  return Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** attempt);
}

export function isAskedAgain(presence: FilePresence | null): boolean {
  return presence === 'absent' || presence === 'signed-out' || presence === 'unreachable';
}

/** Asks until the server has the file. Null: nobody knows yet. */
export function useFilePresence(
  address: string,
  asking: 'asked' | 'not-asked',
): FilePresence | null {
  const [presence, setPresence] = useState<FilePresence | null>(null);
  useEffect(() => {
    if (asking === 'not-asked') return;
    let [isCurrent, attempt] = [true, 0];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async (): Promise<void> => {
      clearTimeout(timer);
      const found = await findFilePresence(address);
      if (!isCurrent) return;
      setPresence(found);
      if (isAskedAgain(found)) timer = setTimeout(() => void ask(), retryDelayMs(attempt++));
    };
    const onOnline = () => void ask();
    void ask();
    addEventListener('online', onOnline);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
      removeEventListener('online', onOnline);
    };
  }, [address, asking]);
  return presence;
}

/** Before this, a file that is not there is being uploaded; later, its sender may be offline or gone. */
const UPLOAD_TIME_MS = 10 * 60_000;

export function problemOf(
  presence: FilePresence | null,
  file: string,
): 'unreachable' | 'uploading' | 'absent' | 'deleted' | null {
  if (presence === 'unreachable' || presence === 'deleted') return presence;
  if (presence === 'signed-out') return 'absent';
  if (presence !== 'absent') return null;
  return Date.now() - addedAt(file) < UPLOAD_TIME_MS ? 'uploading' : 'absent';
}

const TIME_LENGTH = 10;
const ULID_DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** When the file was added, by the clock of the device that added it: the beginning of its ULID. */
function addedAt(file: string): number {
  let time = 0;
  for (const digit of file.slice(0, TIME_LENGTH)) time = time * 32 + ULID_DIGITS.indexOf(digit);
  return time;
}
