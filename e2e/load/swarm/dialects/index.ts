import type { Dialect } from '../dialect.ts';
import { hocuspocus } from './hocuspocus.ts';
import { socketIo } from './socket-io.ts';
import { tandem } from './tandem.ts';
import { wsRelay } from './ws-relay.ts';
import { yWebsocket } from './y-websocket.ts';

export const DIALECTS = {
  tandem,
  'ws-relay': wsRelay,
  'y-websocket': yWebsocket,
  hocuspocus,
  'socket-io': socketIo,
} as const satisfies Record<string, Dialect>;

export type DialectName = keyof typeof DIALECTS;
