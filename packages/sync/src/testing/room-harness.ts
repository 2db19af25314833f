/** Fixtures of the room's tests: a room, the engine's events and the intents that follow. */
import { errorOf, type Access, type ServerMessage } from '@tandem/protocol';
import type { CommittedEvent, EngineEvent, OpenAnswer } from '../engine-event.ts';
import { Room, type RoomIntent } from '../room.ts';

export const CHANNEL = 7;
export const COME_BACK = errorOf('internal', { retryAfterMs: 0 });
export const row = (byte: number) => new Uint8Array([byte]);
export const update = (cseq: number) =>
  ({ type: 'update', channel: CHANNEL, cseq, update: row(cseq) }) as const;

export function answer(offset: number): OpenAnswer {
  const parts = offset === 0 ? [] : [{ from: 0, to: offset, updates: [row(0)] }];
  return {
    kind: 'opened',
    timeline: 't1',
    isParted: false,
    epoch: 'life-1',
    documentKind: 'page',
    schema: 1,
    base: 0,
    offset,
    stateVector: row(0),
    parts,
  };
}

export const engineEvent = {
  answered: (subscription: number, given = answer(0)): EngineEvent => ({
    kind: 'answered',
    document: 'd',
    subscription,
    answer: given,
  }),
  committed: (
    from: number,
    authors: readonly number[],
    acks: CommittedEvent['acks'],
    schema = 1,
  ): EngineEvent => ({
    kind: 'committed',
    document: 'd',
    epoch: 'life-1',
    from,
    to: from + authors.length,
    updates: authors.map((_, i) => row(from + i + 1)),
    authors,
    acks,
    schema,
  }),
  refused: (subscription: number, cseq: number): EngineEvent => ({
    kind: 'refused',
    document: 'd',
    subscription,
    cseq,
    error: errorOf('invalid-update'),
  }),
  missing: (subscription: number, cseq: number): EngineEvent => ({
    kind: 'missing',
    document: 'd',
    subscription,
    cseq,
    stateVector: row(9),
  }),
  lost: { kind: 'lost', document: 'd' } as EngineEvent,
};

export function start() {
  const room = new Room({ document: 'd', channel: CHANNEL });
  const join = (subscription: number, access: Access = 'edit') =>
    room.join({
      subscription,
      access,
      ref: subscription * 10,
      title: 'Plan',
      trashedAt: null,
      user: 'ann',
      client: subscription,
    });
  const opened = (subscription: number, access: Access = 'edit') => {
    join(subscription, access);
    room.event(engineEvent.answered(subscription));
  };
  return { room, join, opened };
}

export const send = (to: readonly number[], message: ServerMessage): RoomIntent => ({
  kind: 'send',
  to,
  message,
});
export const close = (subscription: number): RoomIntent => ({
  kind: 'engine',
  request: { kind: 'close', document: 'd', subscription },
});
export const ack = (cseq: number, from: number, to: number) =>
  ({ type: 'ack', channel: CHANNEL, cseq, from, to }) as const;
export const nack = (cseq: number, code: Parameters<typeof errorOf>[0]) =>
  ({ type: 'nack', channel: CHANNEL, cseq, error: errorOf(code) }) as const;
export const appended = (intents: readonly RoomIntent[]) =>
  intents.map((intent) =>
    intent.kind === 'engine' && intent.request.kind === 'append' ? intent.request.cseq : intent,
  );
