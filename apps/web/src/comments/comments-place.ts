import * as z from 'zod/mini';
import { useMedia } from '../components/browser-state.ts';
import { isApple, letterOf, writesCharacter } from '../components/keyboard.ts';
import { Observable, useObservable } from '../runtime/observable.ts';
import { deviceStorage } from '../session/device-storage.ts';

const FITS_BESIDE = '(width >= 1100px)';
const KEY = 'comments-open';

/** Whether comments are open beside the text; this device remembers it. */
const beside = new Observable(deviceStorage.read(KEY, z.boolean()) ?? false);
const over = new Observable(false);

/** A person wants to comment on the selected text. */
export const commentRequested = new Observable(false);

export type CommentsPlacement = 'beside' | 'over';

export function useCommentsPlacement(): {
  readonly placement: CommentsPlacement;
  readonly isOpen: boolean;
} {
  const placement = useMedia(FITS_BESIDE) ? 'beside' : 'over';
  const isBeside = useObservable(beside);
  const isOver = useObservable(over);
  return { placement, isOpen: placement === 'beside' ? isBeside : isOver };
}

export function setCommentsOpen(isOpen: boolean): void {
  if (!matchMedia(FITS_BESIDE).matches) return over.set(isOpen);
  deviceStorage.write(KEY, isOpen);
  beside.set(isOpen);
}

/** The thread in an address such as `#comment=01JD…`. */
export function threadInAddress(hash: string): string | null {
  return /^#comment=([0-9A-Z]{26})$/.exec(hash)?.[1] ?? null;
}

export function commentHash(thread: string): string {
  return `#comment=${thread}`;
}

export function addressOfThread(document: string, thread: string): string {
  return `${location.origin}/d/${document}${commentHash(thread)}`;
}

/** Ctrl+Alt+M, or Cmd+Option+M. */
export function isCommentKey(event: KeyboardEvent): boolean {
  const mod = isApple ? event.metaKey : event.ctrlKey;
  return mod && event.altKey && letterOf(event) === 'm' && !writesCharacter(event);
}
