/**
 * Mutates valid updates. Flipped bytes mostly fail to decode; changing single fields and arranging
 * well-formed structs at random reaches deeper checks.
 */

import * as Y from 'yjs';
import type { SeededRandom } from '@tandem/testkit';
import {
  content,
  readUpdate,
  writeUpdate,
  type BlockSpec,
  type DeleteSpec,
  type Id,
  type StructSpec,
  type UpdateSpec,
} from './update-bytes.ts';

export interface Vocabulary {
  readonly roots: readonly string[];
  readonly elements: readonly string[];
  readonly keys: readonly string[];
  readonly entries: readonly string[];
  readonly formats: readonly string[];
  readonly embeds: readonly string[];
  readonly values: readonly unknown[];
}

const DATA_VOCABULARY: Vocabulary = {
  roots: ['text', 'page', 'list', 'map', 'other'],
  elements: ['paragraph'],
  keys: ['a', '', '__proto__'],
  entries: ['a', 'b', 'kind'],
  formats: ['true', 'null', '{', '1e999'],
  embeds: ['{"a":1}', '[[]]', '{"__proto__":1}'],
  values: [1, { a: [null] }, 'x'],
};

export interface MutantSource {
  readonly doc: Y.Doc;
  readonly bytes: Uint8Array;
  readonly vocabulary?: Vocabulary;
}

export function mutate(source: MutantSource, random: SeededRandom): Uint8Array {
  const kind = random.next();
  if (kind < 0.3) return flip(source.bytes, random);
  if (kind < 0.65) return bend(source, random);
  return arrange(source, random);
}

function flip(bytes: Uint8Array, random: SeededRandom): Uint8Array {
  let mutant = [...bytes];
  for (let left = random.int(1, 3); left > 0; left--) {
    const at = random.int(0, mutant.length);
    const to = Math.min(mutant.length, at + random.int(1, 4));
    switch (random.int(0, 5)) {
      case 0:
        mutant = mutant.slice(0, at);
        break;
      case 1:
        mutant.splice(at, to - at);
        break;
      case 2:
        mutant.splice(at, 0, ...random.bytes(random.int(1, 3)));
        break;
      case 3:
        mutant.splice(at, 0, ...mutant.slice(at, to));
        break;
      case 4:
        if (at < mutant.length)
          mutant[at] =
            random.pick([0, 1, 0x7f, 0x80, 0xff, mutant[at]! + 1, mutant[at]! - 1]) & 0xff;
        break;
      default:
        if (at < mutant.length) mutant[at]! ^= 1 << random.int(0, 7);
    }
  }
  return Uint8Array.from(mutant);
}

function bend(source: MutantSource, random: SeededRandom): Uint8Array {
  const ids = new Ids(source, random);
  let spec = readUpdate(source.bytes);
  for (let left = random.int(1, 3); left > 0; left--) spec = bendOnce(spec, ids, random);
  return writeUpdate(spec);
}

function bendOnce({ blocks, deletes }: UpdateSpec, ids: Ids, random: SeededRandom): UpdateSpec {
  const at = random.int(0, Math.max(0, blocks.length - 1));
  const block = blocks[at];
  if (block === undefined || random.chance(0.15))
    return { blocks, deletes: bendDeletes(deletes, ids, random) };
  const bent = bendBlock(block, ids, random);
  const others = blocks.filter((_, i) => i !== at);
  return {
    deletes,
    blocks: random.chance(0.9)
      ? [...blocks.slice(0, at), bent, ...blocks.slice(at + 1)]
      : [bent, ...others],
  };
}

function bendBlock(block: BlockSpec, ids: Ids, random: SeededRandom): BlockSpec {
  const { client, clock, structs } = block;
  const at = random.int(0, structs.length - 1);
  const struct = structs[at];
  if (struct === undefined) return block;
  const replaced = (...by: StructSpec[]): BlockSpec => ({
    client,
    clock,
    structs: structs.toSpliced(at, 1, ...by),
  });
  switch (random.int(0, 9)) {
    case 0:
      return { client: random.pick([ids.client(), client + 1, client - 1, 0]), clock, structs };
    case 1:
      return { client, clock: Math.max(0, clock + random.pick([-3, -1, 1, 2 ** 31])), structs };
    case 2:
      return replaced();
    case 3:
      return replaced(struct, struct);
    case 4:
      return { client, clock, structs: random.shuffle(structs) };
    case 5:
      return replaced({ ...struct, ...randomContent(ids.vocabulary, random) });
    case 6:
      return replaced({
        ...struct,
        origin: struct.right ?? null,
        right: struct.origin ?? null,
        parent: struct.parent ?? ids.parent(),
      });
    case 7:
      return replaced({ ...struct, key: random.pick([null, ...ids.vocabulary.keys]) });
    default:
      return replaced({ ...struct, ...ids.place() });
  }
}

function bendDeletes(deletes: readonly DeleteSpec[], ids: Ids, random: SeededRandom): DeleteSpec[] {
  const [client, clock] = ids.any();
  const range: readonly [number, number] = [clock, random.pick([0, 1, 1, 2, 5, 2 ** 31])];
  return random.chance(0.3)
    ? [...deletes, { client, ranges: [range] }]
    : [{ client, ranges: [range] }];
}

function arrange(source: MutantSource, random: SeededRandom): Uint8Array {
  const ids = new Ids(source, random);
  const blocks: BlockSpec[] = [];
  const clients = new Set(
    Array.from({ length: random.int(1, 3) }, () =>
      random.chance(0.6) ? random.int(1, 6) : ids.client(),
    ),
  );
  for (const client of random.chance(0.8) ? [...clients].toSorted((a, b) => b - a) : clients) {
    const start = Y.getState(source.doc.store, client);
    const clock = random.chance(0.1) ? Math.max(0, start - random.int(1, 3)) : start;
    const structs: StructSpec[] = [];
    let end = clock;
    for (let left = random.int(1, 5); left > 0; left--) {
      const struct = { ...ids.place(), ...randomContent(ids.vocabulary, random) };
      structs.push(struct);
      for (let i = 0; i < struct.length; i++) ids.remember([client, end + i], struct.ref === 7);
      end += struct.length;
    }
    blocks.push({ client, clock, structs });
  }
  return writeUpdate({ blocks, deletes: random.chance(0.3) ? bendDeletes([], ids, random) : [] });
}

function randomContent(
  vocabulary: Vocabulary,
  random: SeededRandom,
): Pick<StructSpec, 'ref' | 'length' | 'content'> {
  switch (random.int(0, 12)) {
    case 0:
      return content.garbage(random.int(0, 3));
    case 1:
      return content.deleted(random.int(0, 3));
    case 2:
      return content.any(...vocabulary.values.slice(0, random.int(0, 3)));
    case 3:
      return content.type(random.int(0, 7));
    case 4:
      return content.type(random.pick([0, 1, 2, 4, 6]));
    case 5:
      return content.element(random.pick(vocabulary.elements));
    case 6:
      return content.format('bold', random.pick(vocabulary.formats));
    case 7:
      return content.embed(random.pick(vocabulary.embeds));
    case 8:
      return content.json('1', 'undefined');
    case 9:
      return content.gap(random.int(0, 3));
    default:
      return content.text('🙂abc'.slice(random.pick([0, 2, 3]), 5));
  }
}

class Ids {
  readonly vocabulary: Vocabulary;
  readonly #doc: Y.Doc;
  readonly #random: SeededRandom;
  readonly #new: Id[] = [];
  readonly #newTypes: Id[] = [];

  constructor({ doc, vocabulary = DATA_VOCABULARY }: MutantSource, random: SeededRandom) {
    this.#doc = doc;
    this.vocabulary = vocabulary;
    this.#random = random;
  }

  remember(id: Id, isType: boolean): void {
    this.#new.push(id);
    if (isType) this.#newTypes.push(id);
  }

  client(): number {
    const clients = [...this.#doc.store.clients.keys()];
    return clients.length > 0 && this.#random.chance(0.9)
      ? this.#random.pick(clients)
      : this.#random.uint32();
  }

  any(): Id {
    if (this.#new.length > 0 && this.#random.chance(0.4)) return this.#random.pick(this.#new);
    const client = this.client();
    const state = Y.getState(this.#doc.store, client);
    return [
      client,
      this.#random.chance(0.05) ? state + 1 : this.#random.int(0, Math.max(0, state - 1)),
    ];
  }

  parent(): string | Id {
    const roll = this.#random.next();
    if (roll < 0.4) return this.#random.pick(this.vocabulary.roots);
    if (roll < 0.7 && this.#newTypes.length > 0) return this.#random.pick(this.#newTypes);
    return this.#type() ?? this.any();
  }

  place(): Pick<StructSpec, 'origin' | 'right' | 'parent' | 'key'> {
    const random = this.#random;
    const key = random.chance(0.2) ? random.pick(this.vocabulary.entries) : null;
    switch (random.int(0, 7)) {
      case 0:
        return { parent: this.parent(), key };
      case 1:
        return { origin: this.any(), key };
      case 2:
        return { right: this.any(), key };
      case 3:
        return { origin: this.any(), right: this.any(), key };
      default:
        return { ...this.#between(), key };
    }
  }

  #between(): Pick<StructSpec, 'origin' | 'right' | 'parent'> {
    const random = this.#random;
    const sequences = [
      ...this.#doc.share.values(),
      ...this.#types().map((item) => (item.content as Y.ContentType).type),
    ];
    if (sequences.length === 0) return { parent: 'text' };
    const sequence: Id[] = [];
    for (let item = random.pick(sequences)._start; item !== null; item = item.right) {
      for (let i = 0; i < Math.min(item.length, 8); i++)
        sequence.push([item.id.client, item.id.clock + i]);
    }
    const at = random.int(0, sequence.length);
    const to = random.chance(0.9)
      ? at + random.int(0, random.pick([0, 1, 3, 20]))
      : random.int(0, sequence.length);
    const origin =
      random.chance(0.1) && this.#new.length > 0
        ? random.pick(this.#new)
        : (sequence[at - 1] ?? null);
    const right =
      random.chance(0.1) && this.#new.length > 0 ? random.pick(this.#new) : (sequence[to] ?? null);
    return { origin, right, parent: this.parent() };
  }

  #types(): Y.Item[] {
    return [...this.#doc.store.clients.values()].flatMap((structs) =>
      structs.filter(
        (struct) => struct instanceof Y.Item && struct.content instanceof Y.ContentType,
      ),
    ) as Y.Item[];
  }

  #type(): Id | null {
    const types = this.#types();
    if (types.length === 0) return null;
    const { client, clock } = this.#random.pick(types).id;
    return [client, clock];
  }
}
