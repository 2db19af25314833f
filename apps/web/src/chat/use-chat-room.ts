import { useMedia } from '../components/use-media.ts';
import { useObservable } from '../observable.ts';
import { chatBeside, chatOver, setChatBeside } from './chat-panel-state.ts';

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
