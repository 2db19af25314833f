/** y-websocket, as it is published. */
import { onTestFinished } from 'vitest';
import { WebsocketProvider as Provider1 } from 'y-websocket-1';
import { WebsocketProvider as Provider2 } from 'y-websocket-2';
import { WebsocketProvider as Provider3 } from 'y-websocket-3';
import * as Y from 'yjs';
import { QuietWebSocket } from './quiet-web-socket.ts';
import type { Reachable } from './running-server.ts';

export const Y_WEBSOCKETS = [
  ['y-websocket-1', Provider1],
  ['y-websocket-2', Provider2],
  ['y-websocket-3', Provider3],
] as const;

type AnyProvider = InstanceType<typeof Provider3>;

/** y-websocket 1 has no option for subprotocols; its users wrap the WebSocket. */
const offering = (protocols: string[]) =>
  class extends QuietWebSocket {
    constructor(url: string) {
      super(url, protocols);
    }
  };

export function openYWebsocket(
  Provider: unknown,
  server: Reachable,
  options: { document?: string; protocols?: string[] } = {},
) {
  const doc = new Y.Doc();
  const Constructor = Provider as typeof Provider3;
  const provider: AnyProvider = new Constructor(
    `${server.socketUrl}/yjs`,
    options.document ?? 'notes',
    doc,
    {
      WebSocketPolyfill: (Provider === Provider1
        ? offering(options.protocols ?? [])
        : QuietWebSocket) as never,
      disableBc: true,
      protocols: options.protocols ?? [],
    },
  );
  onTestFinished(() => provider.destroy());
  const text = doc.getText('text');
  return { doc, provider, text, awareness: provider.awareness };
}
