/** The server's side of a socket, controlled by a test. */
import { binaryCodec, type ClientMessage, type ServerMessage } from '@tandem/protocol';
import type { Socket } from '../connection/socket.ts';

export class FakeSocket implements Socket {
  binaryType = 'blob';
  bufferedAmount = 0;
  onopen: Socket['onopen'] = null;
  onmessage: Socket['onmessage'] = null;
  onclose: Socket['onclose'] = null;
  onerror: Socket['onerror'] = null;
  readonly sent: ClientMessage[] = [];
  closed = false;
  answersPings = false;

  send(data: Uint8Array<ArrayBuffer>): void {
    const decoded = binaryCodec.decodeFromClient(data);
    if (decoded.kind === 'invalid') throw new Error(decoded.reason);
    for (const message of decoded.messages) {
      if (message.type === 'fragment' || message.type === 'unaccepted-command') continue;
      this.sent.push(message);
      // Equivalent to separate requests.
      if (message.type === 'hello')
        for (const channel of message.channels ?? []) this.sent.push({ ...channel, channel: 0 });
      if (message.type === 'ping' && this.answersPings) this.answer({ ...message, type: 'pong' });
    }
  }

  close(): void {
    this.closed = true;
  }

  sentOf<T extends ClientMessage['type']>(type: T): Extract<ClientMessage, { type: T }>[] {
    return this.sent.filter((message) => message.type === type) as Extract<
      ClientMessage,
      { type: T }
    >[];
  }

  open(): void {
    this.onopen?.(undefined as unknown as Event);
  }

  answer(...messages: ServerMessage[]): void {
    this.answerBytes(binaryCodec.join(messages.map(binaryCodec.encode)));
  }

  answerBytes(frame: Uint8Array): void {
    this.onmessage?.({ data: frame.slice().buffer } as MessageEvent);
  }

  welcome(id = 'u'): void {
    this.answer({
      type: 'welcome',
      channel: 0,
      connection: 'c',
      user: { id, name: 'Amber Heron', color: 1 },
    });
  }

  drop(code: number): void {
    this.onclose?.({ code } as CloseEvent);
  }
}
