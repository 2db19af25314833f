/** Updates that no Yjs client writes: malformed bytes, numbers, lengths, text and values. */

import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';
import {
  attack,
  ATTACKER,
  inText,
  nestedAny,
  nestedJson,
  targetDocument,
  type HostileCase,
} from './attacks.ts';
import { bytesOf, content, deletion, writeUpdate } from './update-bytes.ts';

const hex = (text: string): Uint8Array =>
  Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));

function raw(ref: number, ...bytes: number[]): Uint8Array {
  return attack({ ...inText, ...content.raw(ref, 1, bytes) });
}

function announcing(write: (encoder: encoding.Encoder) => void): Uint8Array {
  return bytesOf((encoder) => {
    write(encoder);
    encoding.writeUint8Array(encoder, new Uint8Array(4));
  });
}

const counts = [100, 33_554_431, 2 ** 31, 2 ** 32 - 1, 2 ** 53 - 1];

const garbled: HostileCase[] = [
  { name: 'nothing', bytes: hex(''), expected: 'truncated' },
  { name: 'one byte', bytes: hex('00'), expected: 'truncated' },
  { name: 'bytes after the end', bytes: hex('000000'), expected: 'trailing-bytes' },
  {
    name: 'format V2, empty',
    bytes: Y.encodeStateAsUpdateV2(new Y.Doc()),
    expected: 'trailing-bytes',
  },
  {
    name: 'format V2',
    bytes: Y.encodeStateAsUpdateV2(targetDocument()),
    expected: 'trailing-bytes',
  },
  { name: 'a padded number', bytes: hex('8000 00'), expected: 'varint' },
  { name: 'a number of nine bytes', bytes: hex('ffffffffffffffffff01'), expected: 'varint' },
  { name: 'a number above 2^53', bytes: hex('ffffffffffffff7f'), expected: 'varint' },
  { name: 'a number that never ends', bytes: hex('ffff'), expected: 'truncated' },
  ...counts.flatMap((count): HostileCase[] => [
    {
      name: `${count} clients`,
      bytes: announcing((to) => encoding.writeVarUint(to, count)),
      expected: 'count',
    },
    {
      name: `${count} structs`,
      bytes: announcing((to) => {
        encoding.writeVarUint(to, 1);
        encoding.writeVarUint(to, count);
      }),
      expected: 'count',
    },
    {
      name: `deletes of ${count} clients`,
      bytes: announcing((to) => {
        encoding.writeVarUint(to, 0);
        encoding.writeVarUint(to, count);
      }),
      expected: 'count',
    },
    ...[2, 8].map((ref): HostileCase => ({
      name: `${count} elements in content ${ref}`,
      bytes: attack({
        ...inText,
        ref,
        length: 1,
        content: bytesOf((to) => encoding.writeVarUint(to, count)),
      }),
      expected: 'count',
    })),
    ...[3, 4, 5].map((ref): HostileCase => ({
      name: `${count} bytes in content ${ref}`,
      bytes: attack({
        ...inText,
        ref,
        length: 1,
        content: bytesOf((to) => encoding.writeVarUint(to, count)),
      }),
      expected: 'truncated',
    })),
  ]),
  { name: 'a client without structs', bytes: hex('01 00 02 00 00 00'), expected: 'count' },
  {
    name: 'a client twice',
    bytes: writeUpdate({
      blocks: [0, 1].map((clock) => ({ client: 2, clock, structs: [content.garbage(1)] })),
      deletes: [],
    }),
    expected: 'client-order',
  },
  {
    name: 'clients in ascending order',
    bytes: writeUpdate({
      blocks: [2, 3].map((client) => ({ client, clock: 0, structs: [content.garbage(1)] })),
      deletes: [],
    }),
    expected: 'client-order',
  },
  { name: 'garbage with flags', bytes: hex('01 01 02 00 80 01 00'), expected: 'struct-kind' },
  { name: 'a gap with flags', bytes: hex('01 01 02 00 8a 01 00'), expected: 'struct-kind' },
  { name: 'an unknown content', bytes: raw(11, 1, 1), expected: 'struct-kind' },
  {
    name: 'an unknown type',
    bytes: attack({ ...inText, ...content.type(7) }),
    expected: 'type-kind',
  },
  {
    name: 'an unknown kind of parent',
    bytes: hex('01 01 02 00 04 02 01 78 01 78 00'),
    expected: 'parent-info',
  },
  { name: 'Any of an unknown kind', bytes: raw(8, 1, 115), expected: 'value-type' },
  { name: 'Any of a kind above all', bytes: raw(8, 1, 128), expected: 'value-type' },
  {
    name: 'P13: a sub-document',
    bytes: raw(9, 4, 0x2e, 0x2e, 0x2f, 0x78, 118, 0),
    expected: 'subdocument',
  },
];

const lengths: HostileCase[] = [
  { name: 'P1: garbage of no length', bytes: attack(content.garbage(0)), expected: 'zero-length' },
  {
    name: 'P2: a tombstone of no length',
    bytes: attack({ ...inText, ...content.deleted(0) }),
    expected: 'zero-length',
  },
  {
    name: 'P3: a string of no length',
    bytes: attack({ ...inText, ...content.text('') }),
    expected: 'zero-length',
  },
  {
    name: 'P3: Any of no length',
    bytes: attack({ ...inText, ...content.any() }),
    expected: 'zero-length',
  },
  {
    name: 'P3: JSON of no length',
    bytes: attack({ ...inText, ...content.json() }),
    expected: 'zero-length',
  },
  {
    name: 'P4: Any of no length, and an item that points at it',
    bytes: attack({ ...inText, ...content.any() }, { origin: [ATTACKER, 0], ...content.text('x') }),
    expected: 'zero-length',
  },
  {
    name: 'a gap of no length',
    bytes: attack(content.gap(0), content.garbage(1)),
    expected: 'zero-length',
  },
  { name: 'a deletion of no length', bytes: deletion(1, [0, 0]), expected: 'zero-length' },
  {
    name: 'P5: garbage beyond what numbers hold',
    bytes: attack(...Array.from({ length: 20 }, () => content.garbage(2 ** 53 - 1))),
    expected: 'clock-range',
  },
  {
    name: 'garbage to beyond the last clock, in two',
    bytes: attack(content.garbage(2 ** 31 - 2), content.garbage(2)),
    expected: 'clock-range',
  },
  {
    name: 'a deletion beyond the last clock',
    bytes: deletion(1, [2, 2 ** 31 - 2]),
    expected: 'clock-range',
  },
];

const texts: HostileCase[] = [
  ...[
    '80',
    'c0 80',
    'e0 80 80',
    'ed a0 80',
    'ed bf bf',
    'f0 80 80 80',
    'f4 90 80 80',
    'f5 80 80 80',
    'c3',
    'e2 82',
    'f0 9f 98',
    'c3 28',
  ].map((sequence): HostileCase => ({
    name: `text with the bytes ${sequence}`,
    bytes: raw(4, hex(sequence).length, ...hex(sequence)),
    expected: 'text',
  })),
  ...[
    '',
    'tru',
    '{',
    '{"a"}',
    '[1,]',
    '01',
    '1.',
    '-',
    '"\u0001"',
    '"\\x"',
    '"\\u12g4"',
    "'a'",
    'NaN',
    'undefined',
    '1 2',
    '1e999',
    `-${'9'.repeat(400)}`,
  ].map((json): HostileCase => ({
    name: `an embed of ${json}`,
    bytes: attack({ ...inText, ...content.embed(json) }),
    expected: 'json',
  })),
  { name: 'P6: JSON nested 4,100 deep', bytes: nestedJson(4_100), expected: 'value-depth' },
  { name: 'Any nested 4,500 deep', bytes: nestedAny(4_500), expected: 'value-depth' },
  {
    name: '__proto__ in JSON',
    bytes: attack({ ...inText, ...content.embed('{"a":{"__proto__":1}}') }),
    expected: 'forbidden-key',
  },
  {
    name: '__proto__ in JSON, escaped',
    bytes: attack({ ...inText, ...content.embed('{"\\u005f_proto__":1}') }),
    expected: 'forbidden-key',
  },
  {
    name: '__proto__ in Any',
    bytes: raw(8, 1, 118, 1, 9, ...Buffer.from('__proto__'), 126),
    expected: 'forbidden-key',
  },
  {
    name: '__proto__ as a key',
    bytes: attack({ ...inText, key: '__proto__', ...content.any(1) }),
    expected: 'forbidden-key',
  },
  {
    name: '__proto__ as a format',
    bytes: attack({ ...inText, ...content.format('__proto__', '1') }),
    expected: 'forbidden-key',
  },
  {
    name: '__proto__ as a root',
    bytes: attack({ parent: '__proto__', ...content.any(1) }),
    expected: 'forbidden-key',
  },
];

export const MALFORMED_CASES: readonly HostileCase[] = [...garbled, ...lengths, ...texts];
