/** Peers that edit like people, and the packagings in which their updates may arrive. */

import * as Y from 'yjs';
import type { SeededRandom } from '@tandem/testkit';

const WORDS = ['Hello ', 'world', '👩‍🚀', 'é', '漢字 ', '\n', '𝄞𝄞', 'a', '\ud83d', ' — '];
const VALUES: readonly unknown[] = [
  null,
  true,
  -1,
  2 ** 31,
  -(2 ** 40),
  0.1,
  -0,
  Number.NaN,
  'text 🙂',
  new Uint8Array([0, 255, 7]),
  [],
  {},
  [1, [2, [3, { deep: [null, undefined, 2n ** 62n] }]]],
  { '': 1, toString: 'x', list: [{ a: 1 }, { a: 2 }] },
];

export interface WritingStyle {
  readonly roots: (doc: Y.Doc) => ConstructorParameters<typeof Y.UndoManager>[0];
  readonly editOnce: (doc: Y.Doc, random: SeededRandom) => void;
}

const dataWritingStyle: WritingStyle = {
  roots: (doc) => [
    doc.getXmlFragment('page'),
    doc.getText('text'),
    doc.getArray('list'),
    doc.getMap('map'),
  ],
  editOnce: (doc, random) => {
    switch (random.int(0, 9)) {
      case 0:
      case 1:
      case 2:
        editText(doc.getText('text'), random);
        break;
      case 3:
      case 4:
      case 5:
        editPage(doc.getXmlFragment('page'), random);
        break;
      case 6:
        editList(doc.getArray('list'), random);
        break;
      default:
        editMap(doc.getMap('map'), random);
    }
  },
};

export class WellBehavedPeer {
  readonly doc: Y.Doc;
  readonly #random: SeededRandom;
  readonly #writingStyle: WritingStyle;
  readonly #undo: Y.UndoManager;
  readonly written: Uint8Array[] = [];

  constructor(random: SeededRandom, state?: Uint8Array, writingStyle = dataWritingStyle) {
    this.#random = random;
    this.#writingStyle = writingStyle;
    this.doc = new Y.Doc({ guid: 'peer', gc: random.chance(0.8) });
    this.doc.clientID = random.uint32();
    if (state !== undefined) Y.applyUpdate(this.doc, state);
    this.#undo = new Y.UndoManager(writingStyle.roots(this.doc), {
      captureTimeout: Number.MAX_SAFE_INTEGER,
    });
    this.doc.on('update', (bytes: Uint8Array, origin: unknown) => {
      if (origin !== 'remote') this.written.push(bytes);
    });
  }

  receive(bytes: Uint8Array): void {
    Y.applyUpdate(this.doc, bytes, 'remote');
  }

  edit(edits = this.#random.int(1, 4)): void {
    if (this.#random.chance(0.4)) this.#undo.stopCapturing();
    this.doc.transact(() => {
      for (let i = 0; i < edits; i++) this.#writingStyle.editOnce(this.doc, this.#random);
    });
    if (this.#random.chance(0.15)) this.#undo.undo();
    if (this.#random.chance(0.1)) this.#undo.redo();
  }
}

export function packagings(
  peer: WellBehavedPeer,
  server: Y.Doc,
  random: SeededRandom,
): Uint8Array[] {
  const state = Y.encodeStateVector(server);
  const staleState = Y.encodeStateVector(
    new Map(
      [...Y.decodeStateVector(state)].map(([client, clock]) => [client, random.int(0, clock)]),
    ),
  );
  const whole = Y.encodeStateAsUpdate(peer.doc);
  const some = peer.written.filter(() => random.chance(0.7));
  return [
    whole,
    Y.encodeStateAsUpdate(peer.doc, state),
    Y.encodeStateAsUpdate(peer.doc, staleState),
    Y.diffUpdate(whole, state),
    Y.diffUpdate(whole, staleState),
    Y.mergeUpdates([whole, ...some]),
    ...(some.length > 0
      ? [Y.mergeUpdates(some), Y.mergeUpdates(some.toReversed()), random.pick(some)]
      : []),
  ];
}

function editText(text: Y.Text, random: SeededRandom): void {
  const at = random.int(0, text.length);
  const rest = Math.min(text.length - at, 5);
  switch (random.int(0, 6)) {
    case 0:
      if (rest > 0) text.delete(at, rest);
      break;
    case 1:
      if (rest > 0)
        text.format(at, rest, {
          [random.pick(['bold', 'link'])]: random.pick([true, null, { href: 'a"b' }]),
        });
      break;
    case 2:
      text.insertEmbed(
        at,
        { image: random.pick(WORDS) },
        random.chance(0.5) ? { width: '10' } : {},
      );
      break;
    case 3:
      text.insert(at, random.pick(WORDS), random.chance(0.5) ? { italic: {} } : {});
      break;
    default:
      text.insert(at, random.pick(WORDS).repeat(random.int(1, 3)));
  }
}

function editPage(page: Y.XmlFragment, random: SeededRandom): void {
  const at = random.int(0, page.length);
  const child = at < page.length ? page.get(at) : null;
  if (child instanceof Y.XmlElement && random.chance(0.7)) {
    const first = child.length > 0 ? child.get(0) : null;
    if (first instanceof Y.XmlText && random.chance(0.8)) editText(first, random);
    else if (random.chance(0.5))
      child.setAttribute(random.pick(['kind', 'indent']), random.pick(['a', 'b']));
    else if (random.chance(0.45))
      child.insert(random.int(0, child.length), [new Y.XmlElement('nested')]);
    else page.delete(at, 1);
  } else {
    const element = new Y.XmlElement(random.pick(['paragraph', 'quote', 'codeBlock']));
    element.setAttribute('id', String(random.uint32()));
    element.insert(0, [new Y.XmlText(random.pick(WORDS))]);
    // Inserting the newest first makes conflict walks long.
    page.insert(random.chance(0.3) ? 0 : at, [element]);
  }
}

function editList(list: Y.Array<unknown>, random: SeededRandom): void {
  const at = random.int(0, list.length);
  const inner = at < list.length ? list.get(at) : null;
  if (inner instanceof Y.Map && random.chance(0.6)) editMap(inner as Y.Map<unknown>, random);
  else if (at < list.length && random.chance(0.3)) list.delete(at, Math.min(2, list.length - at));
  else if (random.chance(0.3))
    list.insert(at, [new Y.Map([['n', 1]]), new Y.Array(), new Y.Text('inner')]);
  else list.insert(at, [random.pick(VALUES), random.pick(VALUES)]);
}

function editMap(map: Y.Map<unknown>, random: SeededRandom): void {
  const key = random.pick(['a', 'b', 'ключ', '']);
  const inner = map.get(key);
  if (inner instanceof Y.Map && random.chance(0.5)) editMap(inner as Y.Map<unknown>, random);
  else if (random.chance(0.2)) map.delete(key);
  else if (random.chance(0.25)) map.set(key, new Y.Map([['k', random.pick(VALUES)]]));
  else map.set(key, random.pick(VALUES));
}
