import { binaryCodec, jsonCodec, SUBPROTOCOL_BINARY, type Codec } from '@tandem/protocol';
import type { Connection } from '../connection/connection.ts';
import type { ProtocolHandler } from '../connection/protocol-handler.ts';
import type { CodecWord } from '../metrics/connection-stats.ts';
import type { Data } from '../transports/frame.ts';
import type { Destination } from '../transports/upgrade.ts';
import { FeedProtocol, type FeedRequest } from './feed/feed-protocol.ts';
import type { FeedTransport } from './feed/feed-transport.ts';
import { NativeProtocol } from './native/native-protocol.ts';
import type { NativeServices } from './protocol-services.ts';
import { YjsProtocol } from './yjs/yjs-protocol.ts';

export type ConnectionPurpose =
  | Destination
  | { readonly kind: 'feed'; readonly transport: FeedTransport; readonly request: FeedRequest };

export type CreateProtocol = (
  connection: Connection,
  purpose: ConnectionPurpose,
) => ProtocolHandler;

export function protocolFactory(services: NativeServices): CreateProtocol {
  return (connection, purpose) => {
    switch (purpose.kind) {
      case 'feed': {
        const { transport, request } = purpose;
        return new FeedProtocol({ connection, transport, services, request });
      }
      case 'stock': {
        const { document, token } = purpose;
        return new YjsProtocol({ connection, services, document, token });
      }
      case 'native': {
        const codec: Codec<Data> =
          purpose.subprotocol === SUBPROTOCOL_BINARY ? binaryCodec : jsonCodec;
        return new NativeProtocol({ connection, codec, services });
      }
    }
  };
}

export function codecOf(purpose: ConnectionPurpose): CodecWord {
  if (purpose.kind === 'feed') return 'events';
  if (purpose.kind === 'stock') return 'yjs';
  return purpose.subprotocol === SUBPROTOCOL_BINARY ? 'binary' : 'json';
}
