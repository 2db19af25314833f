/** Encodes messages as server-sent events. Many readers share the bytes; only the `id` differs. */
import type { FeedEvents, ServerMessage } from '@tandem/protocol';

export function encodeFeed(message: ServerMessage): Uint8Array | null {
  switch (message.type) {
    case 'subscribed': {
      const { epoch, offset, state } = message;
      return state === undefined ? null : feedEvent('state', { epoch, offset, state });
    }
    case 'events': {
      const { from, to, events } = message;
      return feedEvent('events', { from, to, events: [...events] });
    }
    case 'activity:changed':
      return feedEvent('value', { documents: message.documents });
    case 'dashboard:changed':
      return feedEvent('value', { sample: message.sample });
    default:
      return null;
  }
}

export function feedEvent<T extends keyof FeedEvents>(type: T, data: FeedEvents[T]): Uint8Array {
  return Buffer.from(`event: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
}

export function feedId(epoch: string, offset: number): Uint8Array {
  return Buffer.from(`id: ${epoch}:${offset}\n`);
}

export function feedRetry(afterMs: number): Uint8Array {
  return Buffer.from(`retry: ${afterMs}\n\n`);
}

/** A comment: readers ignore it, proxies see traffic. */
export const FEED_HEARTBEAT: Uint8Array = Buffer.from(':\n\n');

export const joinFeed = (parts: readonly (Uint8Array | string)[]): Uint8Array =>
  Buffer.concat(parts as readonly Uint8Array[]);
