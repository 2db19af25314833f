/** Creates a connection, with the protocol that its client speaks. */
import { randomUUID } from 'node:crypto';
import {
  binaryCodec,
  HELLO_TIMEOUT_MS,
  jsonCodec,
  SUBPROTOCOL_BINARY,
  type Codec,
} from '@tandem/protocol';
import { Connection, type ConnectionShared } from '../connection/connection.ts';
import type { ProtocolHandler } from '../connection/protocol-handler.ts';
import type { CodecWord } from '../metrics/connection-stats.ts';
import type { Data } from '../transports/frame.ts';
import type { Transport } from '../transports/transport.ts';
import type { Destination } from '../transports/upgrade.ts';
import { FeedProtocol, type FeedRequest } from './feed/feed-protocol.ts';
import type { FeedTransport } from './feed/feed-transport.ts';
import { NativeProtocol } from './native/native-protocol.ts';
import type { NativeServices } from './protocol-services.ts';
import { YjsProtocol } from './yjs/yjs-protocol.ts';

export type ConnectionPurpose =
  | Destination
  | { readonly kind: 'feed'; readonly transport: FeedTransport; readonly request: FeedRequest };

export type CreateConnection = (
  transport: Transport,
  from: { readonly address: string | null; readonly purpose: ConnectionPurpose },
) => Connection;

export function connectionFactory(
  shared: ConnectionShared,
  services: NativeServices,
): CreateConnection {
  return (transport, { address, purpose }) => {
    const id = randomUUID();
    const codec = codecOf(purpose);
    const connection = new Connection({ id, address, transport, codec, shared });
    connection.start(createProtocol(connection, purpose, services), HELLO_TIMEOUT_MS);
    shared.telemetry.accepted(connection, purpose.kind);
    return connection;
  };
}

function createProtocol(
  connection: Connection,
  purpose: ConnectionPurpose,
  services: NativeServices,
): ProtocolHandler {
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
}

function codecOf(purpose: ConnectionPurpose): CodecWord {
  if (purpose.kind === 'feed') return 'events';
  if (purpose.kind === 'stock') return 'yjs';
  return purpose.subprotocol === SUBPROTOCOL_BINARY ? 'binary' : 'json';
}
