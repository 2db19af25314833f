/** Fixtures of the client channel's tests: a channel with its replica, and the intents that follow. */
import type { Access, ErrorBody } from '@tandem/protocol';
import * as Y from 'yjs';
import { ClientChannel, type ClientChannelOptions, type Replica } from '../client-channel.ts';
import type { ChannelIntent } from '../channel-intent.ts';
import { textOf } from '../simulation/content.ts';

export const NOTHING = Y.encodeStateVector(new Y.Doc());
export const CHANNEL = 7;
export const LIFE = 'life-1';
export const remote = new Uint8Array([0, 0]);

export class FakeReplica implements Replica {
  readonly doc = new Y.Doc();
  readonly updates: Uint8Array[] = [];

  constructor(client = 1) {
    this.doc.clientID = client;
    this.doc.on('update', (update: Uint8Array) => this.updates.push(update));
  }

  get client(): number {
    return this.doc.clientID;
  }

  stateVector = () => Y.encodeStateVector(this.doc);
  diff = (stateVector: Uint8Array) => Y.encodeStateAsUpdate(this.doc, stateVector);

  write(text: string): Uint8Array {
    textOf(this.doc).insert(textOf(this.doc).length, text);
    return this.updates.at(-1)!;
  }
}

export function start(options: Partial<ClientChannelOptions> = {}) {
  const copy = new FakeReplica();
  const channel = new ClientChannel({ document: 'd', replica: copy, ...options });
  const opened = (
    given: {
      base?: number;
      offset?: number;
      stateVector?: Uint8Array;
      epoch?: string;
      timeline?: string;
      parted?: true;
      ref?: number;
      access?: Access;
    } = {},
  ) =>
    channel.receive({
      type: 'opened',
      channel: CHANNEL,
      ref: 1,
      document: 'd',
      kind: 'page',
      title: '',
      access: 'edit',
      schema: 1,
      epoch: LIFE,
      timeline: 't1',
      base: 0,
      offset: 0,
      stateVector: NOTHING,
      ...given,
    });
  const open = (given: Parameters<typeof opened>[0] = {}) => {
    channel.open(given.ref ?? 1);
    return opened(given);
  };
  const ack = (cseq: number, from: number, to: number) =>
    channel.receive({ type: 'ack', channel: CHANNEL, cseq, from, to });
  const rows = (from: number, to: number) =>
    channel.receive({ type: 'updates', channel: CHANNEL, from, to, updates: [remote] });
  const nack = (cseq: number, error: ErrorBody) =>
    channel.receive({ type: 'nack', channel: CHANNEL, cseq, error });
  return { channel, copy, open, opened, ack, rows, nack };
}

export const advance = (
  offset: number,
  given: { updates?: Uint8Array[]; confirmed?: number[] } = {},
): ChannelIntent => ({
  kind: 'advance',
  updates: [],
  confirmed: [],
  position: { epoch: LIFE, timeline: 't1', offset },
  ...given,
});
export const sent = (cseq: number, update: Uint8Array): ChannelIntent => ({
  kind: 'send',
  message: { type: 'update', channel: CHANNEL, cseq, update },
});
export const kept = (id: number, update: Uint8Array): ChannelIntent => ({
  kind: 'keep',
  pending: { id, update },
});
export const range = (from: number): ChannelIntent => ({
  kind: 'send',
  message: { type: 'rows:request', channel: CHANNEL, from },
});
