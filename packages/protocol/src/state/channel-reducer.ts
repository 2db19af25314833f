/** What an event makes of a channel's state: the same here, on the server, and on every device. */
import {
  chatEvent,
  libraryEvent,
  sharingEvent,
  type ChannelEvent,
  type ChatEvent,
  type EventName,
  type LibraryEvent,
  type SharingEvent,
} from '../events/events.ts';
import type { ChannelState } from './channel-state.ts';
import { reduceChat } from './chat-reducer.ts';
import { reduceLibrary } from './library-reducer.ts';
import { reduceSharing } from './sharing-reducer.ts';

/** Gives the same object back when the event changes nothing; one of another kind of channel never does. */
export function reduceChannel(
  state: ChannelState,
  event: ChannelEvent,
  keep: { readonly chatMessages?: number } = {},
): ChannelState {
  switch (state.type) {
    case 'library':
      return isLibraryEvent(event) ? reduceLibrary(state, event) : state;
    case 'chat':
      return isChatEvent(event) ? reduceChat(state, event, keep.chatMessages) : state;
    case 'sharing':
      return isSharingEvent(event) ? reduceSharing(state, event) : state;
    case 'activity':
    case 'dashboard':
      return state;
  }
}

const LIBRARY_EVENTS = namesOf(libraryEvent);
const CHAT_EVENTS = namesOf(chatEvent);
const SHARING_EVENTS = namesOf(sharingEvent);

function isLibraryEvent(event: ChannelEvent): event is LibraryEvent {
  return LIBRARY_EVENTS.has(event.name);
}

function isChatEvent(event: ChannelEvent): event is ChatEvent {
  return CHAT_EVENTS.has(event.name);
}

function isSharingEvent(event: ChannelEvent): event is SharingEvent {
  return SHARING_EVENTS.has(event.name);
}

function namesOf(events: typeof libraryEvent | typeof chatEvent | typeof sharingEvent) {
  return new Set<EventName>(events.options.map(({ shape }) => shape.name.value));
}
