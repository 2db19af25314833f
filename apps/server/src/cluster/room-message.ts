/** Messages between the rooms of one document on several nodes. */
import { z } from 'zod';
import type { LaterRows } from '@tandem/sync';
import { decodeMessage, encodeMessage } from './node-message.ts';

const id = z.string().max(256);
const offset = z.number().int().nonnegative();
const client = z.number().int().nonnegative();
const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);

const member = z.object({
  subscription: z.number().int(),
  user: z.object({ id, name: z.string().max(1_024), color: z.number().int() }),
  client: client.nullable(),
  state: z.enum(['active', 'idle', 'away']),
  announced: z.array(client),
});

const roomMessage = z.discriminatedUnion('kind', [
  /** Rows that the sender has committed. */
  z.object({
    kind: z.literal('rows'),
    epoch: id,
    base: offset,
    rows: z.array(z.object({ offset, update: bytes, user: id })),
    owners: z.array(z.tuple([client, id])),
    tail: id.nullable(),
    /** Rows after another batch than the receiver's last are from another history of the database. */
    previousTail: id.nullable(),
    schema: z.number().int().optional(),
  }),
  /** Rows that are too many to send. */
  z.object({ kind: z.literal('moved'), epoch: id, head: offset }),
  /** Everyone who is there on the sender's node. */
  z.object({ kind: z.literal('people'), members: z.array(member) }),
  /** The sender has opened the document, and does not know who is there. */
  z.object({ kind: z.literal('who-is-there') }),
  z.object({
    kind: z.literal('cursors'),
    cursors: z.array(
      z.object({
        subscription: z.number().int(),
        entries: z.array(
          z.object({ client, clock: z.number().int(), state: z.string().nullable() }),
        ),
      }),
    ),
  }),
  z.object({
    kind: z.literal('typing'),
    where: z.enum(['document', 'chat']),
    user: id,
    typing: z.enum(['start', 'stop']),
  }),
]);

export type RoomMessage = z.infer<typeof roomMessage>;

export function encodeRoomMessage(message: RoomMessage): Uint8Array {
  return encodeMessage(message);
}

/** Null for a message of another version: UP7. */
export function decodeRoomMessage(payload: Uint8Array): RoomMessage | null {
  return decodeMessage(roomMessage, payload);
}

export function toRowsMessage(epoch: string, later: LaterRows): RoomMessage {
  const { base, rows, owners, tail, previousTail = null, schema } = later;
  const positions = { base, tail, previousTail, schema };
  return { kind: 'rows', epoch, ...positions, rows: [...rows], owners: [...owners] };
}
