import type * as Y from 'yjs';
import { MAX_CONTAINERS } from '../limits.ts';
import { BLOCK_ATTRIBUTES, blockAttributeVersion, isBlockId } from '../nodes.ts';
import type { MarkerFields } from './embeds.ts';

export interface BlockAttributes {
  readonly [name: string]: unknown;
  readonly type: string | null;
  readonly in: string | null;
  readonly at: string | null;
  readonly free: boolean;
}

export function attributeKey(id: string, name: string): string {
  return `${id}.${name}`;
}

export interface AttributeKey {
  readonly id: string;
  readonly name: string;
}

export function parseAttributeKey(key: string): AttributeKey | null {
  const dot = key.indexOf('.');
  return dot <= 0 ? null : { id: key.slice(0, dot), name: key.slice(dot + 1) };
}

/** Entries of the root map by id, so that a block without entries costs one lookup. */
export class AttributeIndex {
  readonly #map: Y.Map<unknown>;
  readonly #names = new Map<string, Map<string, unknown>>();
  /** Keyed by innermost container; cleared when any container moves. */
  readonly #paths = new Map<string, readonly string[]>();

  constructor(map: Y.Map<unknown>) {
    this.#map = map;
    for (const key of map.keys()) this.update(key);
  }

  update(key: string): AttributeKey | null {
    const parsed = parseAttributeKey(key);
    if (parsed === null) return null;
    if (parsed.name === 'in') this.#paths.clear();
    let names = this.#names.get(parsed.id);
    if (!names) this.#names.set(parsed.id, (names = new Map()));
    if (this.#map.has(key)) names.set(parsed.name, this.#map.get(key));
    else names.delete(parsed.name);
    return parsed;
  }

  /** Reads unknown values as none (RD9). */
  read(id: string, fields: MarkerFields | null): BlockAttributes {
    const entries = this.#names.get(id);
    const values: Record<string, unknown> = {};
    for (const name of BLOCK_ATTRIBUTES) {
      const entry = entries?.get(name);
      const value = entry === undefined ? fields?.[name] : entry;
      values[name] =
        value !== undefined && blockAttributeVersion(name, value) !== null ? value : null;
    }
    return { ...(values as unknown as BlockAttributes), free: values['free'] === true };
  }

  containerOf(id: string): string | null {
    const outer = this.#names.get(id)?.get('in');
    return isBlockId(outer) ? outer : null;
  }

  /** The containers around a block, outermost first. A circle ends where it would return (RD8). */
  containers(innermost: string | null): readonly string[] {
    if (innermost === null) return NO_CONTAINERS;
    let path = this.#paths.get(innermost);
    if (path === undefined) this.#paths.set(innermost, (path = this.#findContainers(innermost)));
    return path;
  }

  #findContainers(innermost: string): readonly string[] {
    const path: string[] = [];
    for (
      let id: string | null = innermost;
      id !== null && !path.includes(id) && path.length < MAX_CONTAINERS;
      id = this.containerOf(id)
    )
      path.push(id);
    return path.reverse();
  }
}

const NO_CONTAINERS: readonly string[] = [];

const NO_ATTRIBUTES: Readonly<Record<string, null>> = Object.fromEntries(
  BLOCK_ATTRIBUTES.map((name) => [name, null]),
);

/** An unnamed block is plain text in the container of the block before it. */
export function unnamedAttributes({ in: container }: BlockAttributes): BlockAttributes {
  return { ...NO_ATTRIBUTES, type: null, in: container, at: null, free: false };
}
