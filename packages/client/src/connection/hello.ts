/** The first message: the user and the open channels, as far as they fit into the frame. */
import {
  binaryCodec,
  MAX_CHANNELS_PER_CONNECTION,
  MAX_FRAME_BYTES_BEFORE_HELLO,
  PROTOCOL_VERSION,
  type MessageOf,
} from '@tandem/protocol';

export type ChannelRequest = MessageOf<'open'> | MessageOf<'subscribe'>;

type Hello = MessageOf<'hello'>;

/** Overhead of a request in `hello`: its type and, for the list's first request, the list. */
const EXTRA_BYTES = 32;

/** @returns in `rest` the requests that do not fit, to be sent after the welcome */
export function encodeHello(
  { schema, token }: Pick<Hello, 'schema' | 'token'>,
  requests: readonly ChannelRequest[],
): { readonly frame: Uint8Array; readonly rest: readonly ChannelRequest[] } {
  const hello: Hello = { type: 'hello', channel: 0, protocol: PROTOCOL_VERSION, schema, token };
  const frame = binaryCodec.encode(hello);
  if (requests.length === 0) return { frame, rest: [] };
  const channels: NonNullable<Hello['channels']>[number][] = [];
  const rest: ChannelRequest[] = [];
  let bytes = frame.byteLength;
  for (const request of requests) {
    const size = binaryCodec.encode(request).byteLength + EXTRA_BYTES;
    if (
      channels.length === MAX_CHANNELS_PER_CONNECTION ||
      bytes + size > MAX_FRAME_BYTES_BEFORE_HELLO
    ) {
      rest.push(request);
      continue;
    }
    bytes += size;
    const { channel: _, ...body } = request;
    channels.push(body);
  }
  return { frame: binaryCodec.encode({ ...hello, channels }), rest };
}
