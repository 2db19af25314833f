import { useMedia } from '../components/browser-state.ts';
import { useObservable, Observable } from '../runtime/observable.ts';
import { z } from 'zod';
import { deviceStorage } from '../session/device-storage.ts';

/** From here on there is room for the chat beside the text. */
const ROOM = '(width >= 1100px)';

export interface ChatRoom {
  readonly place: 'beside' | 'over';
  readonly isOpen: boolean;
  readonly toggle: () => void;
}

/** Where the chat is in this window, and whether it is there. */
export function useChatRoom(): ChatRoom {
  const hasRoom = useMedia(ROOM);
  const isBeside = useObservable(chatBeside);
  const isOver = useObservable(chatOver);
  return hasRoom
    ? { place: 'beside', isOpen: isBeside, toggle: () => setChatBeside(!isBeside) }
    : { place: 'over', isOpen: isOver, toggle: () => chatOver.set(!isOver) };
}

const KEY = 'chat-open';

/** Whether the chat stands beside the text on this device. */
const chatBeside = new Observable(deviceStorage.read(KEY, z.boolean()) ?? false);

/** Whether it lies over the text, where there is no room beside it: never by itself. */
const chatOver = new Observable(false);

function setChatBeside(open: boolean): void {
  deviceStorage.write(KEY, open);
  chatBeside.set(open);
}
