import { type EditorState, Plugin, PluginKey, type Transaction } from '@tiptap/pm/state';
import type { EditorView } from '@tiptap/pm/view';
import { isFromDocument } from './binding/binding.ts';
import { isText } from './block-commands.ts';
import type { SlashItem } from './block-menu.ts';
import { isComposing } from '../components/keyboard.ts';
import { Observable } from '../runtime/observable.ts';

/**
 * The menu that a typed "/" opens. The focus stays in the text: the editor handles the menu's keys
 * and announces the active option to screen readers (`aria-activedescendant`); `SlashMenu` draws
 * the list from `menu`.
 */

export interface SlashMenu {
  readonly items: readonly SlashItem[];
  readonly active: number;
  readonly from: number;
}

export const SLASH_LIST_ID = 'slash-menu';

interface Slash {
  readonly from: number;
  readonly query: string;
  readonly active: number;
}

type Meta = { readonly active: number } | 'close';

const slashKey = new PluginKey<Slash | null>('slash-menu');

export interface SlashCommandOptions {
  readonly search: (query: string) => SlashItem[];
  readonly menu: Observable<SlashMenu | null>;
}

export function slashCommand({ search, menu }: SlashCommandOptions): Plugin<Slash | null> {
  const itemsOf = (state: EditorState): SlashItem[] => {
    const slash = slashKey.getState(state);
    return slash ? search(slash.query) : [];
  };
  return new Plugin<Slash | null>({
    key: slashKey,
    state: {
      init: () => null,
      apply: (tr, slash, before, state) => next(tr, slash, { before, state }),
    },
    props: {
      attributes: (state): Record<string, string> => {
        const active = itemsOf(state)[slashKey.getState(state)?.active ?? 0];
        return active
          ? { 'aria-controls': SLASH_LIST_ID, 'aria-activedescendant': optionId(active) }
          : {};
      },
      handleKeyDown(view, event) {
        const items = itemsOf(view.state);
        const slash = slashKey.getState(view.state);
        if (!slash || items.length === 0 || isComposing(event)) return false;
        switch (event.key) {
          case 'ArrowDown':
            return move(view, (slash.active + 1) % items.length);
          case 'ArrowUp':
            return move(view, (slash.active + items.length - 1) % items.length);
          case 'Enter':
          case 'Tab':
            return runSlashItem(view, items[slash.active]!);
          case 'Escape':
            return closeSlashMenu(view);
          default:
            return false;
        }
      },
    },
    view: () => ({
      update(view) {
        const slash = slashKey.getState(view.state);
        const items = slash ? itemsOf(view.state) : [];
        menu.set(
          slash && items.length > 0 ? { items, active: slash.active, from: slash.from } : null,
        );
      },
      destroy: () => menu.set(null),
    }),
  });
}

export function sameMenu(a: SlashMenu | null, b: SlashMenu | null): boolean {
  if (!a || !b) return a === b;
  return (
    a.from === b.from &&
    a.active === b.active &&
    a.items.length === b.items.length &&
    a.items.every((item, i) => item === b.items[i])
  );
}

export function optionId(item: SlashItem): string {
  return `${SLASH_LIST_ID}-${item.id}`;
}

export function runSlashItem(view: EditorView, item: SlashItem): true {
  const slash = slashKey.getState(view.state);
  if (slash)
    view.dispatch(
      view.state.tr
        .delete(slash.from, view.state.selection.from)
        .setMeta(slashKey, 'close' satisfies Meta),
    );
  item.command(view.state, view.dispatch, view);
  return true;
}

export function closeSlashMenu(view: EditorView): true {
  view.dispatch(view.state.tr.setMeta(slashKey, 'close' satisfies Meta));
  return true;
}

function move(view: EditorView, active: number): true {
  view.dispatch(view.state.tr.setMeta(slashKey, { active } satisfies Meta));
  return true;
}

function next(
  tr: Transaction,
  slash: Slash | null,
  { before, state }: { before: EditorState; state: EditorState },
): Slash | null {
  const meta = tr.getMeta(slashKey) as Meta | undefined;
  if (meta === 'close') return null;
  // A separate transaction restores the caret.
  if (isFromDocument(tr)) return slash;
  const found = slashBefore(state);
  if (!found) return null;
  if (slash)
    return { ...found, active: meta?.active ?? (found.query === slash.query ? slash.active : 0) };
  return tr.docChanged && found.query === '' && !slashBefore(before)
    ? { ...found, active: 0 }
    : null;
}

function slashBefore(state: EditorState): { from: number; query: string } | null {
  const { $from, empty } = state.selection;
  if (!empty || !isText($from.parent)) return null;
  const text = $from.parent.textBetween(
    Math.max(0, $from.parentOffset - 32),
    $from.parentOffset,
    undefined,
    '\ufffc',
  );
  const match = /(?:^|[\s\ufffc])\/([^\s/]*(?: [^\s/]+)?)$/.exec(text);
  return match ? { from: $from.pos - match[1]!.length - 1, query: match[1]! } : null;
}
