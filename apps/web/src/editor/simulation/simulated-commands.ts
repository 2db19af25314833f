import type { SeededRandom } from '@tandem/testkit';
import type { Node } from '@tiptap/pm/model';

import { newBlockId } from '../new-block-id.ts';
import * as block from '../block-commands.ts';
import { type HeadlessView, schema } from '../headless-page.ts';
import { removeLink, setLink } from '../link-commands.ts';
import { pause } from './environment.ts';
import { isTracked, type CharacterSource } from './character-layout.ts';
import {
  allBlocks,
  deleteBlock,
  dragBlock,
  endOf,
  type Place,
  pasteAt,
  paste,
  press,
  run,
  selectAll,
  selectRange,
} from './page-edits.ts';

/** Every editor command, at a random place. */

export interface Typist {
  readonly view: HeadlessView;
  readonly random: SeededRandom;
  readonly characters: CharacterSource;
  readonly longestRun: number;
}

export type SimulatedCommand = (typist: Typist) => void;

const LONGEST_SELECTION = 12;

export const COMMANDS = {
  type: ({ view, random, characters, longestRun }) =>
    view.type(characters.take(random.int(1, longestRun))),
  lineBreak: key('Shift-Enter'),
  backspace: key('Backspace'),
  delete: key('Delete'),
  deleteRange(typist) {
    selectSome(typist);
    press(typist.view, 'Backspace');
  },
  split: key('Enter'),
  joinPrevious: ({ view }) => pressAtEdge(view, 'start', 'Backspace'),
  joinNext: ({ view }) => pressAtEdge(view, 'end', 'Delete'),
  heading: key('Mod-Alt-1', 'Mod-Alt-2', 'Mod-Alt-3'),
  paragraph: key('Mod-Alt-0'),
  list: key('Mod-Shift-7', 'Mod-Shift-8', 'Mod-Shift-9'),
  check: key('Mod-Enter'),
  indent: key('Tab', 'Shift-Tab'),
  quote: ({ view }) => run(block.toggleQuote)(view),
  code: ({ view }) => run(block.toggleCode)(view),
  divider: ({ view }) => run(block.insertDivider)(view),
  move: key('Alt-Shift-ArrowUp', 'Alt-Shift-ArrowDown'),
  drag({ view, random }) {
    const moved = random.pick(allBlocks(view.state.doc));
    dragBlock(view, moved, gapNear(random, random.pick(allBlocks(view.state.doc))));
  },
  mark: key('Mod-b', 'Mod-i', 'Mod-e', 'Mod-Shift-s'),
  link(typist) {
    const { view, random } = typist;
    selectSome(typist);
    const { selection } = view.state;
    view.run(random.chance(0.3) ? removeLink(selection) : setLink(selection, 'example.org'));
  },
  undo: key('Mod-z'),
  redo: key('Mod-y'),
  pause,
  pasteBlocks({ view, random, characters }) {
    const blocks = Array.from({ length: random.int(1, 3) }, () => someBlock(random, characters));
    paste(view, blocks, blocks.every(({ isTextblock }) => isTextblock) ? 'open' : 'closed');
  },
  pasteOver(typist) {
    selectSome(typist);
    const words = schema.node('textBlock', null, schema.text(typist.characters.take(2)));
    paste(typist.view, [words], 'open');
  },
  wipe({ view }) {
    selectAll(view);
    press(view, 'Backspace');
  },
  cutAndPaste({ view, random, characters }) {
    const cut = random.pick(allBlocks(view.state.doc));
    deleteBlock(view, cut);
    const gap = gapNear(random, random.pick(allBlocks(view.state.doc)));
    pasteAt(view, withOtherCharacters(cut.node, characters), gap);
  },
  jump({ view, random }) {
    const position = random.int(0, view.state.doc.content.size);
    selectRange(view, position, position);
  },
  select: selectSome,
} satisfies Record<string, SimulatedCommand>;

export type CommandName = keyof typeof COMMANDS;

function key(...keys: readonly string[]): SimulatedCommand {
  return ({ view, random }) => press(view, random.pick(keys));
}

function pressAtEdge(view: HeadlessView, edge: 'start' | 'end', name: string): void {
  const { $head } = view.state.selection;
  if (!$head.parent.isTextblock) return;
  const position = $head[edge]();
  selectRange(view, position, position);
  press(view, name);
}

function selectSome({ view, random }: Typist): void {
  const { size } = view.state.doc.content;
  const anchor = random.int(0, size);
  selectRange(view, anchor, Math.min(anchor + random.int(1, LONGEST_SELECTION), size));
}

function gapNear(random: SeededRandom, place: Place): number {
  return random.chance(0.5) ? place.pos : endOf(place);
}

function someBlock(random: SeededRandom, characters: CharacterSource): Node {
  const words = schema.text(characters.take(2));
  const id = newBlockId();
  switch (random.int(0, 9)) {
    case 0:
      return schema.node('divider', { id });
    case 1:
      return schema.node('codeBlock', { id }, words);
    case 2:
      return schema.node('quote', { id }, schema.node('textBlock', { id: newBlockId() }, words));
    case 3:
      return schema.node('textBlock', { id, list: 'bullet' }, words);
    default:
      return schema.node('textBlock', { id }, words);
  }
}

/** Replaces characters: a cut deletes and a paste inserts new text, so pasted characters count as new. */
function withOtherCharacters(node: Node, characters: CharacterSource): Node {
  if (node.isText) {
    const text = [...node.text!]
      .map((each) => (isTracked(each) ? characters.take(1) : each))
      .join('');
    return schema.text(text, node.marks);
  }
  const children: Node[] = [];
  node.forEach((child) => children.push(withOtherCharacters(child, characters)));
  return node.type.create(node.attrs, children, node.marks);
}
