/** The frames of a turn. */
import { binaryCodec, MAX_MESSAGES_PER_FRAME } from '@tandem/protocol';

/** Joins messages into frames of at most `maxBytes`, cutting those that are larger than one. */
export function outgoingFrames(messages: readonly Uint8Array[], maxBytes: number): Uint8Array[] {
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
