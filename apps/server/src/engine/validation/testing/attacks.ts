/** A document to attack, and the building blocks of attacks. */

import * as Y from 'yjs';
import type { RefusalReason } from '../refusals.ts';
import { content, update, type StructSpec } from './update-bytes.ts';

export interface HostileCase {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly expected: RefusalReason | 'missing';
}

export function targetDocument(): Y.Doc {
  const doc = new Y.Doc({ guid: 'owner' });
  doc.clientID = 1;
  doc.getText('text').insert(0, 'hello'); // 1/0 to 1/4
  const map = new Y.Map<unknown>();
  doc.getArray('list').insert(0, [map]); // 1/5
  map.set('key', 1); // 1/6
  doc.getText('other').insert(0, 'xy'); // 1/7 and 1/8
  return doc;
}

export const ATTACKER = 2;
export const inText: Pick<StructSpec, 'parent'> = { parent: 'text' };
export const attack = (...structs: StructSpec[]): Uint8Array => update(ATTACKER, 0, ...structs);

export function nest(types: number): Uint8Array {
  return attack(
    ...Array.from({ length: types }, (_, i): StructSpec => ({
      parent: i === 0 ? 'list' : [ATTACKER, i - 1],
      ...content.type(0),
    })),
  );
}

export function roots(count: number): Uint8Array {
  return attack(
    ...Array.from({ length: count }, (_, i): StructSpec => ({
      parent: `root ${i}`,
      ...content.text('x'),
    })),
  );
}

export function nestedAny(depth: number): Uint8Array {
  const bytes = [1, ...Array.from({ length: depth }, () => [117, 1]).flat(), 126];
  return attack({ ...inText, ...content.raw(8, 1, bytes) });
}

export function nestedJson(depth: number): Uint8Array {
  return attack({ ...inText, ...content.embed('['.repeat(depth) + ']'.repeat(depth)) });
}

/** Equal origins and right origins along the author's text: the quadratic walk. */
export function quadratic(bytes: number): { document: Y.Doc; bytes: Uint8Array } {
  const items = Math.floor(bytes / 8);
  const document = new Y.Doc({ guid: 'owner' });
  document.clientID = 1;
  document.getText('text').insert(0, 'a'.repeat(items + 1));
  const structs = Array.from({ length: items }, (_, i): StructSpec => ({
    origin: [1, 0],
    right: [1, items - i],
    ...content.text('x'),
  }));
  return { document, bytes: attack(...structs) };
}

export function prepends(client: number, count: number): Uint8Array {
  return update(
    client,
    0,
    ...Array.from({ length: count }, (_, i): StructSpec => ({
      parent: 'list',
      right: i === 0 ? null : [client, i - 1],
      ...content.type(0),
    })),
  );
}
