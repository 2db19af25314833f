import * as z from 'zod/mini';
import { useMedia } from '../components/browser-state.ts';
import { useObservable, Observable } from '../runtime/observable.ts';
import { deviceStorage } from '../session/device-storage.ts';

const FITS_BESIDE = '(width >= 1100px)';
const KEY = 'chat-open';

/** Whether the chat is open beside the text; this device remembers it. */
const chatBeside = new Observable(deviceStorage.read(KEY, z.boolean()) ?? false);
const chatOver = new Observable(false);

export interface ChatPlacement {
  readonly placement: 'beside' | 'over';
  readonly isOpen: boolean;
  readonly toggle: () => void;
}

export function useChatPlacement(): ChatPlacement {
  const fitsBeside = useMedia(FITS_BESIDE);
  const isBeside = useObservable(chatBeside);
  const isOver = useObservable(chatOver);
  return fitsBeside
    ? { placement: 'beside', isOpen: isBeside, toggle: () => setChatBeside(!isBeside) }
    : { placement: 'over', isOpen: isOver, toggle: () => chatOver.set(!isOver) };
}

/** Only one panel fits beside the text. */
export function closeChatBeside(): void {
  if (chatBeside.get()) setChatBeside(false);
}

/** The message in an address such as `#message=01JD…`. */
export function messageInAddress(): string | null {
  return /^#message=([0-9A-Z]{26})$/.exec(location.hash)?.[1] ?? null;
}

export function openChatOfAddress(): void {
  if (messageInAddress() === null) return;
  if (matchMedia(FITS_BESIDE).matches) setChatBeside(true);
  else chatOver.set(true);
}

function setChatBeside(open: boolean): void {
  deviceStorage.write(KEY, open);
  chatBeside.set(open);
}
