import { baseKeymap, chainCommands, newlineInCode, toggleMark } from '@tiptap/pm/commands';
import { keydownHandler } from '@tiptap/pm/keymap';
import type { Schema } from '@tiptap/pm/model';
import { type Command, Plugin } from '@tiptap/pm/state';

import { writesCharacter } from '../components/keyboard.ts';
import { redo, undo } from './binding/binding.ts';
import * as block from './block-commands.ts';
import * as code from './code-commands.ts';
import { undoRule } from './input-rules.ts';
import { goToEdge, leaveAll, selectToEdge } from './page-edges.ts';
import { throughSections } from './section-commands.ts';

const baseKeys = Object.fromEntries(
  Object.entries(baseKeymap).map(([key, command]) => [key, throughSections(command)]),
);

export function editorKeys(schema: Schema, editLink: () => void): Plugin[] {
  return [
    wayOut(),
    browserHistory(),
    chords(keyBindings(schema, undoRule, editLink)),
    chords(baseKeys),
  ];
}

/**
 * Commands by key, except for keys that produce a character: Option+D on a Mac types `∂` and must
 * not delete.
 */
function chords(bindings: Readonly<Record<string, Command>>): Plugin {
  const handle = keydownHandler(bindings);
  return new Plugin({
    props: { handleKeyDown: (view, event) => !writesCharacter(event) && handle(view, event) },
  });
}

export function keyBindings(
  schema: Schema,
  undoInputRule: Command,
  editLink: () => void,
): Record<string, Command> {
  const mark = (name: string): Command =>
    toggleMark(schema.marks[name]!, null, { includeWhitespace: false });
  const backspace = chainCommands(undoInputRule, code.backspaceInCode, block.backspaceAtStart);
  const remove = chainCommands(block.deleteEmpty, code.deleteBesideCode);
  return {
    Enter: chainCommands(code.enterInCode, block.splitBlock),
    'Shift-Enter': chainCommands(newlineInCode, block.insertHardBreak),
    'Mod-Enter': chainCommands(code.leaveCode, block.toggleChecked),
    'Mod-Shift-Enter': code.writeAboveCode,
    Backspace: backspace,
    'Mod-Backspace': backspace,
    'Shift-Backspace': backspace,
    Delete: remove,
    'Mod-Delete': remove,
    Tab: chainCommands(code.indentCode(1), block.indent(1)),
    'Shift-Tab': chainCommands(code.indentCode(-1), block.indent(-1)),
    ArrowDown: chainCommands(leaveAll('end'), code.leaveCodeDown),
    ArrowUp: chainCommands(leaveAll('start'), code.leaveCodeUp),
    ArrowRight: leaveAll('end'),
    ArrowLeft: leaveAll('start'),
    'Mod-a': code.selectCode,
    'Mod-Home': goToEdge('start'),
    'Mod-End': goToEdge('end'),
    'Mod-Shift-Home': selectToEdge('start'),
    'Mod-Shift-End': selectToEdge('end'),
    'Meta-ArrowUp': goToEdge('start'),
    'Meta-ArrowDown': goToEdge('end'),
    'Meta-Shift-ArrowUp': selectToEdge('start'),
    'Meta-Shift-ArrowDown': selectToEdge('end'),
    'Alt-Shift-ArrowUp': block.moveBlocks(-1),
    'Alt-Shift-ArrowDown': block.moveBlocks(1),

    'Mod-b': mark('bold'),
    'Mod-i': mark('italic'),
    'Mod-e': mark('code'),
    'Mod-Shift-s': mark('strike'),
    'Mod-k': (state) => {
      if (
        !state.selection.$from.parent.inlineContent ||
        state.selection.$from.parent.type.spec.code
      )
        return false;
      editLink();
      return true;
    },

    'Mod-Alt-0': block.setKind(null),
    'Mod-Alt-1': block.setKind('heading1'),
    'Mod-Alt-2': block.setKind('heading2'),
    'Mod-Alt-3': block.setKind('heading3'),
    'Mod-Shift-7': block.toggleList('ordered'),
    'Mod-Shift-8': block.toggleList('bullet'),
    'Mod-Shift-9': block.toggleList('task'),

    'Mod-z': history(undo),
    'Mod-y': history(redo),
    'Mod-Shift-z': history(redo),
  };
}

/**
 * Always handles the key: a redo with nothing to redo must not fall through to the key without
 * Shift, which undoes.
 */
function history(step: typeof undo): Command {
  return (_state, dispatch, view) => {
    if (dispatch && view?.editable) step(view);
    return true;
  };
}

/**
 * Handles undo and redo from browser menus, gestures and phone keyboards. The browser's own undo
 * would revert other people's work.
 */
function browserHistory(): Plugin {
  const steps = new Map([
    ['historyUndo', undo],
    ['historyRedo', redo],
  ]);
  return new Plugin({
    props: {
      handleDOMEvents: {
        beforeinput(view, event) {
          const step = steps.get(event.inputType);
          if (!step) return false;
          event.preventDefault();
          if (view.editable) step(view);
          return true;
        },
      },
    },
  });
}

/** Tab is used for editing, so Escape followed by Tab leaves the editor (WCAG 2.1.2). */
function wayOut(): Plugin {
  let leaving = false;
  return new Plugin({
    props: {
      handleDOMEvents: {
        keydown(_view, event) {
          if (event.key === 'Escape') leaving = true;
          else if (event.key === 'Tab' && leaving) return true;
          else if (event.key !== 'Shift') leaving = false;
          return false;
        },
        blur() {
          leaving = false;
          return false;
        },
      },
    },
  });
}
