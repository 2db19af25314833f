/**
 * Hocuspocus. It requires Node 22 but runs on Node 20; 3.4 requires less, and does not batch yet.
 *
 * Settings: its own server, no compression, updates of one turn of the loop sent as one (the default
 * since 4.4), no authentication hook (the default).
 */
import { Server } from '@hocuspocus/server';
import { HOST, PORT } from './listen.mjs';

/** @param {Partial<import('@hocuspocus/server').ServerConfiguration>} configuration */
export async function startHocuspocus(configuration = {}) {
  const server = new Server({
    port: PORT,
    address: HOST,
    quiet: true,
    stopOnSignals: false,
    flushDelay: 0,
    websocketOptions: { perMessageDeflate: false, maxPayload: 16 * 1024 * 1024 },
    ...configuration,
  });
  await server.listen();
}
