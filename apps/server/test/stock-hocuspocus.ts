/** The provider of Hocuspocus, as it is published. */
import {
  HocuspocusProvider as Provider2,
  HocuspocusProviderWebsocket as Websocket2,
} from '@hocuspocus/provider-2';
import {
  HocuspocusProvider as Provider3,
  HocuspocusProviderWebsocket as Websocket3,
} from '@hocuspocus/provider-3';
import {
  HocuspocusProvider as Provider4,
  HocuspocusProviderWebsocket as Websocket4,
} from '@hocuspocus/provider-4';
import { onTestFinished } from 'vitest';
import * as Y from 'yjs';
import { QuietWebSocket } from './quiet-web-socket.ts';
import type { Reachable } from './running-server.ts';

export const HOCUSPOCUS_PROVIDERS = [
  ['@hocuspocus/provider-2', Provider2, Websocket2],
  ['@hocuspocus/provider-3', Provider3, Websocket3],
  ['@hocuspocus/provider-4', Provider4, Websocket4],
] as const;

// Node lacks it before 22, and the providers look for it even when given another.
globalThis.WebSocket ??= QuietWebSocket as never;

export interface OpenedHocuspocus {
  readonly doc: Y.Doc;
  readonly text: Y.Text;
  readonly provider: Provider4;
  readonly socket: Websocket4;
  readonly denials: string[];
  readonly scopes: string[];
}

export function connectHocuspocus(Websocket: unknown, server: Reachable): Websocket4 {
  const Constructor = Websocket as typeof Websocket4;
  const socket = new Constructor({
    url: `${server.socketUrl}/yjs`,
    WebSocketPolyfill: QuietWebSocket,
    delay: 100,
    minDelay: 50,
    maxDelay: 200,
  });
  onTestFinished(() => socket.destroy());
  return socket;
}

export function openHocuspocus(
  Provider: unknown,
  socket: Websocket4,
  options: { document?: string; token?: string | null } = {},
): OpenedHocuspocus {
  const doc = new Y.Doc();
  const denials: string[] = [];
  const scopes: string[] = [];
  const Constructor = Provider as typeof Provider4;
  const provider = new Constructor({
    websocketProvider: socket,
    name: options.document ?? 'notes',
    document: doc,
    token: options.token ?? null,
    onAuthenticationFailed: ({ reason }) => denials.push(reason),
    onAuthenticated: () => scopes.push(provider.authorizedScope ?? ''),
  });
  // The second generation attaches by itself, the later ones on request.
  if (Provider !== Provider2) provider.attach();
  onTestFinished(() => provider.destroy());
  return { doc, text: doc.getText('text'), provider, socket, denials, scopes };
}
