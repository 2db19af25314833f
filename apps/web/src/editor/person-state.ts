import * as Y from 'yjs';

import type { SharedPosition, SharedSelection } from './binding/binding.ts';
import { ROOT } from './binding/positions.ts';

/**
 * A person as an awareness state tells of one: `user: { id, name, color }` as the server wrote it, and
 * `cursor: { anchor, head }`, Yjs relative positions in JSON, as their own editor did. The cursor is another machine's
 * word, and Yjs follows such a position wherever it points; so it is checked before it is used.
 */
export interface Person {
  readonly name: string;
  /** 0 to 7, a number in the palette of people. */
  readonly color: number;
  readonly selection: SharedSelection;
  /** The cursor as published, to tell a move from a repeat. */
  readonly key: string;
}

const PEOPLE_COLORS = 8;
const MAX_NAME_LENGTH = 80;

/** Null for a state that shows no cursor, or none that can be drawn. */
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
  // A root that is named here would be defined by naming it.
  if (type === undefined || item === undefined || (tname !== null && tname !== ROOT)) return null;
  if (!Number.isInteger(assoc) || (type === null && item === null && tname === null)) return null;
  return new Y.RelativePosition(type, tname, item, assoc as number);
}

/** Undefined for what is no id; null for none. */
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
