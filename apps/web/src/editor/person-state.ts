import * as Y from 'yjs';

import type { SharedPosition, SharedSelection } from './binding/binding.ts';
import { ROOT } from './binding/positions.ts';

/**
 * A person from an awareness state: `user: { id, name, color }`, which the server sets, and
 * `cursor: { anchor, head }`, Yjs relative positions in JSON, set by the person's editor. The
 * cursor is untrusted, and Yjs resolves a position wherever it points, so it is validated first.
 */
export interface Person {
  readonly name: string;
  readonly color: number;
  readonly selection: SharedSelection;
  readonly key: string;
}

const PEOPLE_COLORS = 8;
const MAX_NAME_LENGTH = 80;

export function readPerson(state: Record<string, unknown>): Person | null {
  const user = record(state['user']);
  const cursor = record(state['cursor']);
  const anchor = readPosition(cursor?.['anchor']);
  const head = readPosition(cursor?.['head']);
  const name = user?.['name'];
  if (typeof name !== 'string' || !anchor || !head) return null;
  const color = isNatural(user?.['color']) ? user['color'] % PEOPLE_COLORS : 0;
  const key = JSON.stringify(cursor);
  return { name: name.slice(0, MAX_NAME_LENGTH), color, selection: { anchor, head }, key };
}

function readPosition(value: unknown): SharedPosition | null {
  const json = record(value);
  if (!json) return null;
  const type = readId(json['type']);
  const item = readId(json['item']);
  const { tname = null, assoc = 0 } = json;
  // Yjs would create any other root named here.
  if (type === undefined || item === undefined || (tname !== null && tname !== ROOT)) return null;
  if (!Number.isInteger(assoc) || (type === null && item === null && tname === null)) return null;
  return new Y.RelativePosition(type, tname, item, assoc as number);
}

function readId(value: unknown): Y.ID | null | undefined {
  if (value === undefined || value === null) return null;
  const id = record(value);
  return isNatural(id?.['client']) && isNatural(id['clock'])
    ? Y.createID(id['client'], id['clock'])
    : undefined;
}

function record(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
}

function isNatural(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
