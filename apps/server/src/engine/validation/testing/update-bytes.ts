/** Writes updates struct by struct, including updates that Yjs never writes. */

import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';

export type Id = readonly [client: number, clock: number];

export interface StructSpec {
  readonly ref: number;
  readonly origin?: Id | null;
  readonly right?: Id | null;
  readonly parent?: string | Id | null;
  readonly key?: string | null;
  /** The length in clocks, which is not encoded: the content implies it. */
  readonly length: number;
  readonly content: Uint8Array;
}

export interface BlockSpec {
  readonly client: number;
  readonly clock: number;
  readonly structs: readonly StructSpec[];
}

export interface DeleteSpec {
  readonly client: number;
  readonly ranges: readonly (readonly [number, number])[];
}

export interface UpdateSpec {
  readonly blocks: readonly BlockSpec[];
  readonly deletes: readonly DeleteSpec[];
}

export function bytesOf(write: (encoder: encoding.Encoder) => void): Uint8Array {
  const encoder = encoding.createEncoder();
  write(encoder);
  return encoding.toUint8Array(encoder);
}

const varUint = (value: number): Uint8Array =>
  bytesOf((encoder) => encoding.writeVarUint(encoder, value));

export const content = {
  garbage: (length: number) => ({ ref: 0, length, content: varUint(length) }),
  deleted: (length: number) => ({ ref: 1, length, content: varUint(length) }),
  json: (...texts: string[]) => ({
    ref: 2,
    length: texts.length,
    content: bytesOf((encoder) => {
      encoding.writeVarUint(encoder, texts.length);
      for (const text of texts) encoding.writeVarString(encoder, text);
    }),
  }),
  text: (text: string) => ({
    ref: 4,
    length: text.length,
    content: bytesOf((encoder) => encoding.writeVarString(encoder, text)),
  }),
  embed: (json: string) => ({
    ref: 5,
    length: 1,
    content: bytesOf((encoder) => encoding.writeVarString(encoder, json)),
  }),
  format: (key: string, json: string) => ({
    ref: 6,
    length: 1,
    content: bytesOf((encoder) => {
      encoding.writeVarString(encoder, key);
      encoding.writeVarString(encoder, json);
    }),
  }),
  /** 0 array, 1 map, 2 text, 4 fragment, 6 XML text. */
  type: (kind: number) => ({ ref: 7, length: 1, content: varUint(kind) }),
  element: (name: string) => ({
    ref: 7,
    length: 1,
    content: bytesOf((encoder) => {
      encoding.writeVarUint(encoder, 3);
      encoding.writeVarString(encoder, name);
    }),
  }),
  any: (...values: unknown[]) => ({
    ref: 8,
    length: values.length,
    content: bytesOf((encoder) => {
      encoding.writeVarUint(encoder, values.length);
      for (const value of values) encoding.writeAny(encoder, value as never);
    }),
  }),
  raw: (ref: number, length: number, bytes: readonly number[]) => ({
    ref,
    length,
    content: Uint8Array.from(bytes),
  }),
  gap: (length: number) => ({ ref: 10, length, content: varUint(length) }),
};

export function writeUpdate(spec: UpdateSpec): Uint8Array {
  return bytesOf((encoder) => {
    encoding.writeVarUint(encoder, spec.blocks.length);
    for (const { client, clock, structs } of spec.blocks) {
      encoding.writeVarUint(encoder, structs.length);
      encoding.writeVarUint(encoder, client);
      encoding.writeVarUint(encoder, clock);
      for (const struct of structs) writeStruct(encoder, struct);
    }
    encoding.writeVarUint(encoder, spec.deletes.length);
    for (const { client, ranges } of spec.deletes) {
      encoding.writeVarUint(encoder, client);
      encoding.writeVarUint(encoder, ranges.length);
      for (const [clock, length] of ranges) writeId(encoder, [clock, length]);
    }
  });
}

export function update(client: number, clock: number, ...structs: StructSpec[]): Uint8Array {
  return writeUpdate({ blocks: [{ client, clock, structs }], deletes: [] });
}

export function deletion(client: number, ...ranges: (readonly [number, number])[]): Uint8Array {
  return writeUpdate({ blocks: [], deletes: [{ client, ranges }] });
}

function writeStruct(encoder: encoding.Encoder, struct: StructSpec): void {
  const { origin = null, right = null, parent = null, key = null } = struct;
  const isItem = struct.ref !== 0 && struct.ref !== 10;
  const info = struct.ref | (origin ? 0x80 : 0) | (right ? 0x40 : 0) | (key === null ? 0 : 0x20);
  encoding.writeUint8(encoder, info);
  if (isItem) {
    if (origin) writeId(encoder, origin);
    if (right) writeId(encoder, right);
    if (!origin && !right) {
      if (typeof parent === 'string') {
        encoding.writeVarUint(encoder, 1);
        encoding.writeVarString(encoder, parent);
      } else {
        encoding.writeVarUint(encoder, 0);
        writeId(encoder, parent ?? [0, 0]);
      }
      if (key !== null) encoding.writeVarString(encoder, key);
    }
  }
  encoding.writeUint8Array(encoder, struct.content);
}

function writeId(encoder: encoding.Encoder, [client, clock]: Id): void {
  encoding.writeVarUint(encoder, client);
  encoding.writeVarUint(encoder, clock);
}

export function readUpdate(bytes: Uint8Array): UpdateSpec {
  const { structs, ds } = Y.decodeUpdate(bytes);
  const blocks = new Map<number, BlockSpec & { structs: StructSpec[] }>();
  for (const struct of structs) {
    const { client, clock } = struct.id;
    const block = blocks.get(client) ?? { client, clock, structs: [] };
    blocks.set(client, block);
    block.structs.push(specOf(struct));
  }
  return {
    blocks: [...blocks.values()],
    deletes: [...ds.clients].map(([client, items]) => ({
      client,
      ranges: items.map(({ clock, len }) => [clock, len] as const),
    })),
  };
}

function specOf(struct: Y.Item | Y.GC | Y.Skip): StructSpec {
  if (!(struct instanceof Y.Item)) {
    return struct instanceof Y.GC ? content.garbage(struct.length) : content.gap(struct.length);
  }
  const encoder = new Y.UpdateEncoderV1();
  struct.content.write(encoder, 0);
  const parent = struct.parent as unknown as string | Y.ID | null;
  return {
    ref: struct.content.getRef(),
    origin: idOf(struct.origin),
    right: idOf(struct.rightOrigin),
    parent: typeof parent === 'string' ? parent : idOf(parent),
    key: struct.parentSub,
    length: struct.length,
    content: encoder.toUint8Array(),
  };
}

function idOf(id: Y.ID | null): Id | null {
  return id === null ? null : [id.client, id.clock];
}
