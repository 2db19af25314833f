import type { ClientProtocol } from '../client-protocol.ts';
import { hocuspocus } from './hocuspocus.ts';
import { socketIo } from './socket-io.ts';
import { tandem } from './tandem.ts';
import { wsRelay } from './ws-relay.ts';
import { yWebsocket } from './y-websocket.ts';

export const CLIENT_PROTOCOLS = {
  tandem,
  'ws-relay': wsRelay,
  'y-websocket': yWebsocket,
  hocuspocus,
  'socket-io': socketIo,
} as const satisfies Record<string, ClientProtocol>;

export type ClientProtocolName = keyof typeof CLIENT_PROTOCOLS;
