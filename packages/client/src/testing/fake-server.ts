/**
 * A client and the server's side of its sockets. The server is a Yjs document and a counter, just
 * enough for the protocol, and responds when the test asks for it.
 */
import { errorOf, type Access, type ClientMessage, type ErrorCode } from '@tandem/protocol';
import * as Y from 'yjs';
import { Client } from '../client.ts';
import type { Clock } from '../environment.ts';
import type { UnloadOutboxStorage } from '../store/unload-outbox.ts';
import type { StorageHealth } from '../store/storage-health.ts';
import type { Store } from '../store/store.ts';
import { createMemoryStore } from '../store/memory-store.ts';
import { FakeEnvironment } from './fake-environment.ts';
import { FakeSocket } from './fake-socket.ts';
import { MemoryStorage } from './memory-storage.ts';

export const CHANNEL = 9;

interface FakeServerOptions {
  readonly store?: Store;
  readonly durable?: boolean;
  readonly unloadOutbox?: UnloadOutboxStorage | null;
  readonly watch?: (clock: Clock) => { readonly store: Store; readonly health?: StorageHealth };
}

export class FakeServer {
  readonly environment = new FakeEnvironment();
  readonly doc = new Y.Doc();
  readonly client: Client;
  readonly sockets: FakeSocket[] = [];
  epoch = 'one';
  timeline = 't1';
  offset = 0;
  reachable = true;

  constructor({
    store = createMemoryStore(),
    durable = true,
    unloadOutbox = new MemoryStorage(),
    watch = () => ({ store }),
  }: FakeServerOptions = {}) {
    this.client = new Client({
      base: 'http://server',
      environment: this.environment,
      ...watch(this.environment.clock),
      durable,
      unloadOutbox,
      schema: 1,
      fetch: async () => {
        if (!this.reachable) throw new TypeError('unreachable');
        const user = { id: 'u', name: 'Amber Heron', color: 1 };
        return Response.json({
          user,
          token: 't',
          expiresAt: this.environment.clock.now() + 600_000,
        });
      },
      webSocket: () => {
        const socket = new FakeSocket();
        socket.answersPings = true;
        this.sockets.push(socket);
        return socket;
      },
    });
  }

  get socket(): FakeSocket {
    const socket = this.sockets.at(-1);
    if (socket === undefined) throw new Error('no socket was made');
    return socket;
  }

  async settle(ms = 0): Promise<void> {
    await this.environment.clock.advanceAsync(ms);
  }

  async connect(): Promise<void> {
    this.client.start();
    this.client.connection.tryNow();
    await this.settle();
    this.socket.open();
    this.socket.welcome();
    await this.settle();
  }

  async answerOpen({
    access = 'edit',
    title = 'Tide log',
  }: { access?: Access; title?: string } = {}): Promise<void> {
    const open = this.socket.sentOf('open').at(-1);
    if (open === undefined) throw new Error('nothing was opened');
    const { document, ref } = open;
    const stateVector = Y.encodeStateVector(this.doc);
    const opened = {
      type: 'opened',
      channel: CHANNEL,
      ref,
      document,
      kind: 'page',
      title,
      access,
      schema: 1,
    } as const;
    this.socket.answer({
      ...opened,
      epoch: this.epoch,
      timeline: this.timeline,
      base: 0,
      offset: this.offset,
      stateVector,
    });
    if (this.offset > 0) {
      const updates = [Y.encodeStateAsUpdate(this.doc)];
      this.socket.answer({ type: 'updates', channel: CHANNEL, from: 0, to: this.offset, updates });
    }
    await this.settle(16);
  }

  write(text: string): Uint8Array {
    const before = Y.encodeStateVector(this.doc);
    this.doc.getText('t').insert(this.doc.getText('t').length, text);
    return Y.encodeStateAsUpdate(this.doc, before);
  }

  async acknowledge(): Promise<void> {
    const { cseq, update } = this.lastUpdate();
    Y.applyUpdate(this.doc, update);
    this.offset++;
    this.socket.answer({
      type: 'ack',
      channel: CHANNEL,
      cseq,
      from: this.offset - 1,
      to: this.offset,
    });
    await this.settle();
  }

  async refuse(code: ErrorCode): Promise<void> {
    this.socket.answer({
      type: 'nack',
      channel: CHANNEL,
      cseq: this.lastUpdate().cseq,
      error: errorOf(code),
    });
    await this.settle();
  }

  lastUpdate(): Extract<ClientMessage, { type: 'update' }> {
    const update = this.socket.sentOf('update').at(-1);
    if (update === undefined) throw new Error('no update was sent');
    return update;
  }
}
