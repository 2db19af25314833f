import { WebSocket } from 'ws';

/** For clients that close a socket while it connects, which `ws` reports as an error. */
export class QuietWebSocket extends WebSocket {
  constructor(url: string, protocols?: string | string[]) {
    super(url, protocols);
    this.on('error', () => {});
  }
}
