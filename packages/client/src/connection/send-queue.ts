/** Outgoing messages: those of one turn of the event loop share a frame. */
import {
  binaryCodec,
  MAX_FRAME_BYTES,
  MAX_MESSAGES_PER_FRAME,
  MAX_SEND_BYTES,
  type ClientMessage,
} from '@tandem/protocol';
import type { Attempt } from './attempt.ts';

/** Leaves room for the header of an HTTP body part. */
const MAX_HTTP_FRAME_BYTES = MAX_SEND_BYTES - 64;

export class SendQueue {
  readonly #target: () => Pick<Attempt, 'kind' | 'socket'> | null;
  #messages: Uint8Array[] = [];

  constructor(target: () => Pick<Attempt, 'kind' | 'socket'> | null) {
    this.#target = target;
  }

  push(message: ClientMessage): void {
    if (this.#messages.push(binaryCodec.encode(message)) === 1) queueMicrotask(() => this.#flush());
  }

  clear(): void {
    this.#messages = [];
  }

  #flush(): void {
    const messages = this.#messages;
    this.#messages = [];
    const target = this.#target();
    if (target === null) return;
    const maxBytes = target.kind === 'websocket' ? MAX_FRAME_BYTES : MAX_HTTP_FRAME_BYTES;
    for (const frame of toFrames(messages, maxBytes))
      target.socket.send(frame as Uint8Array<ArrayBuffer>);
  }
}

function toFrames(messages: readonly Uint8Array[], maxBytes: number): Uint8Array[] {
  const result: Uint8Array[] = [];
  let group: Uint8Array[] = [];
  let bytes = 0;
  const close = () => {
    if (group.length > 0) result.push(binaryCodec.join(group));
    group = [];
    bytes = 0;
  };
  for (const message of messages) {
    if (message.byteLength > maxBytes) {
      close();
      result.push(...binaryCodec.split(message, { channel: 0, maxBytes }));
      continue;
    }
    if (bytes + message.byteLength > maxBytes || group.length === MAX_MESSAGES_PER_FRAME) close();
    group.push(message);
    bytes += message.byteLength;
  }
  close();
  return result;
}
