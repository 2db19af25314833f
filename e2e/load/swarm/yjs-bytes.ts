/** Encodes the Yjs messages that a load needs, without a Y.Doc. */

const STRING_CONTENT = 4;
const HAS_ORIGIN = 0x80;
const NAMED_ROOT = 1;

/** A Yjs update (V1): a client at `clock` appends `text`, ASCII, to a root of type text. */
export function appendUpdate({
  root,
  client,
  clock,
  text,
}: {
  readonly root: string;
  readonly client: number;
  readonly clock: number;
  readonly text: string;
}): Buffer {
  const bytes: number[] = [];
  writeVaruint(bytes, 1);
  writeVaruint(bytes, 1);
  writeVaruint(bytes, client);
  writeVaruint(bytes, clock);
  if (clock > 0) {
    bytes.push(STRING_CONTENT | HAS_ORIGIN);
    writeVaruint(bytes, client);
    writeVaruint(bytes, clock - 1);
  } else {
    bytes.push(STRING_CONTENT, NAMED_ROOT);
    writeVaruint(bytes, root.length);
    bytes.push(...Buffer.from(root, 'latin1'));
  }
  writeVaruint(bytes, text.length);
  const NO_DELETIONS = 0;
  return Buffer.concat([Buffer.from(bytes), Buffer.from(text, 'latin1'), Buffer.of(NO_DELETIONS)]);
}

/** An awareness update (`y-protocols/awareness`): a client's cursor is at `cursor`, ASCII. */
export function cursorUpdate({
  client,
  clock,
  cursor,
}: {
  readonly client: number;
  readonly clock: number;
  readonly cursor: string;
}): Buffer {
  const ONE_CLIENT = 1;
  const state = Buffer.from(JSON.stringify({ cursor }), 'latin1');
  return Buffer.concat([varuint(ONE_CLIENT), varuint(client), varuint(clock), sized(state)]);
}

export function stateVector(clocks: ReadonlyMap<number, number>): Buffer {
  const bytes: number[] = [];
  writeVaruint(bytes, clocks.size);
  for (const [client, clock] of clocks) {
    writeVaruint(bytes, client);
    writeVaruint(bytes, clock);
  }
  return Buffer.from(bytes);
}

export function varuint(value: number): Buffer {
  const bytes: number[] = [];
  writeVaruint(bytes, value);
  return Buffer.from(bytes);
}

export function sized(content: Uint8Array): Buffer {
  return Buffer.concat([varuint(content.length), content]);
}

export class ByteReader {
  readonly bytes: Buffer;
  at = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  varuint(): number {
    let value = 0;
    let factor = 1;
    for (;;) {
      const byte = this.bytes[this.at++] as number;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 128;
    }
  }

  sized(): Buffer {
    const length = this.varuint();
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
}

function writeVaruint(bytes: number[], value: number): void {
  let left = value;
  while (left > 0x7f) {
    bytes.push(0x80 | (left % 128));
    left = Math.floor(left / 128);
  }
  bytes.push(left);
}
