/** A native client that sends arbitrary messages or bytes, and waits for answers. */
import { onTestFinished } from 'vitest';
import { WebSocket, type ClientOptions } from 'ws';
import {
  binaryCodec,
  jsonCodec,
  PROTOCOL_VERSION,
  SUBPROTOCOL_BINARY,
  SUBPROTOCOL_JSON,
  type ClientMessage,
  type MessageOf,
  type ServerMessage,
  type ServerMessageType,
} from '@tandem/protocol';
import { SCHEMA_VERSION } from '@tandem/document';
import { eventually } from './eventually.ts';
import { takeMessage } from './received-messages.ts';
import type { AtEnd, Reachable } from './running-server.ts';
import { signIn, type SignedIn } from './signed-in.ts';

export class NativeClient {
  readonly received: ServerMessage[] = [];
  closed: { readonly code: number; readonly reason: string } | null = null;
  readonly socket: WebSocket;
  readonly #format: 'binary' | 'json';

  constructor(
    server: Pick<Reachable, 'socketUrl'>,
    {
      format = 'binary',
      atEnd = onTestFinished,
      ...options
    }: ClientOptions & { format?: 'binary' | 'json'; atEnd?: AtEnd } = {},
  ) {
    this.#format = format;
    this.socket = new WebSocket(
      `${server.socketUrl}/sync`,
      format === 'json' ? SUBPROTOCOL_JSON : SUBPROTOCOL_BINARY,
      options,
    );
    this.socket.on('error', () => {});
    this.socket.on('close', (code, reason) => (this.closed = { code, reason: reason.toString() }));
    this.socket.on('message', (data: Buffer) => {
      const decoded =
        format === 'json'
          ? jsonCodec.decodeFromServer(data.toString())
          : binaryCodec.decodeFromServer(data);
      if (decoded.kind === 'invalid') throw new Error(decoded.reason);
      this.received.push(...decoded.messages);
    });
    atEnd(() => this.socket.terminate());
  }

  static async onAuthenticated(
    server: Reachable,
    {
      guest,
      schema,
      ...options
    }: ClientOptions & {
      guest?: SignedIn;
      format?: 'binary' | 'json';
      schema?: number;
      atEnd?: AtEnd;
    } = {},
  ): Promise<NativeClient> {
    const { token } = guest ?? (await signIn(server));
    const client = new NativeClient(server, options);
    await client.opened();
    client.hello(token, schema);
    await client.next('welcome');
    return client;
  }

  async opened(): Promise<void> {
    await eventually('the socket is open', () => this.socket.readyState !== WebSocket.CONNECTING);
    if (this.socket.readyState !== WebSocket.OPEN) throw new Error('the socket does not open');
  }

  hello(token: string, schema: number = SCHEMA_VERSION): void {
    this.send({ type: 'hello', channel: 0, protocol: PROTOCOL_VERSION, schema, token });
  }

  send(...messages: ClientMessage[]): void {
    if (this.#format === 'json') this.socket.send(jsonCodec.join(messages.map(jsonCodec.encode)));
    else this.socket.send(binaryCodec.join(messages.map(binaryCodec.encode)));
  }

  async open(
    document: string,
    { client = 1, ref = 1 }: { client?: number; ref?: number } = {},
  ): Promise<MessageOf<'opened'>> {
    this.send({ type: 'open', channel: 0, ref, document, client });
    return await this.next('opened');
  }

  async next<T extends ServerMessageType>(
    type: T,
    fits?: (message: MessageOf<T>) => boolean,
  ): Promise<MessageOf<T>> {
    return await takeMessage(this.received, type, fits, () => this.closed !== null);
  }

  async end(): Promise<{ readonly code: number; readonly reason: string }> {
    await eventually('the socket is closed', () => this.closed !== null);
    return this.closed as { code: number; reason: string };
  }
}
