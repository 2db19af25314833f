import { type EditorState, Plugin, PluginKey, type Transaction } from '@tiptap/pm/state';
import type { EditorView } from '@tiptap/pm/view';
import { isFromDocument } from './binding/binding.ts';
import { isText } from './block-commands.ts';
import type { SlashItem } from './block-menu.ts';
import { type LinkItem, linkTargets } from './link-targets.ts';
import { isComposing } from '../components/keyboard.ts';
import { Observable } from '../runtime/observable.ts';

/**
 * The menu that a typed "/" opens, with blocks, or "[[", with documents to link to. The focus stays in the text: the editor handles the menu's keys
 * and announces the active option to screen readers (`aria-activedescendant`); `SlashMenu` draws
 * the list from `menu`.
 */

export type MenuItem = SlashItem | LinkItem;

/** What was typed to open the menu. */
export type MenuSign = '/' | '[[';

export interface SlashMenu {
  readonly sign: MenuSign;
  readonly items: readonly MenuItem[];
  readonly active: number;
  readonly from: number;
}

export const SLASH_LIST_ID = 'slash-menu';

interface Slash {
  readonly sign: MenuSign;
  readonly from: number;
  readonly query: string;
  readonly active: number;
}

type Meta = { readonly active: number } | 'close';

const slashKey = new PluginKey<Slash | null>('slash-menu');

export interface SlashCommandOptions {
  readonly search: (sign: MenuSign, query: string) => readonly MenuItem[];
  readonly menu: Observable<SlashMenu | null>;
}

export function slashCommand({ search, menu }: SlashCommandOptions): Plugin<Slash | null> {
  const itemsOf = (state: EditorState): readonly MenuItem[] => {
    const slash = slashKey.getState(state);
    return slash ? search(slash.sign, slash.query) : [];
  };
  return new Plugin<Slash | null>({
    key: slashKey,
    state: {
      init: () => null,
      apply: (tr, slash, before, state) => next(tr, slash, { before, state }),
    },
    props: {
      attributes: (state): Record<string, string> => {
        const items = itemsOf(state);
        const active = items[Math.min(slashKey.getState(state)?.active ?? 0, items.length - 1)];
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
            return runSlashItem(view, items[Math.min(slash.active, items.length - 1)]!);
          case 'Escape':
            return closeSlashMenu(view);
          default:
            return false;
        }
      },
    },
    view(view) {
      // More documents are known.
      const stop = linkTargets.subscribe(() => {
        if (slashKey.getState(view.state)?.sign === '[[') view.dispatch(view.state.tr);
      });
      return {
        update() {
          const slash = slashKey.getState(view.state);
          const items = slash ? itemsOf(view.state) : [];
          if (!slash || items.length === 0) return menu.set(null);
          const { sign, from } = slash;
          menu.set({ sign, items, active: Math.min(slash.active, items.length - 1), from });
        },
        destroy() {
          stop();
          menu.set(null);
        },
      };
    },
  });
}

export function sameMenu(a: SlashMenu | null, b: SlashMenu | null): boolean {
  if (!a || !b) return a === b;
  return (
    a.from === b.from &&
    a.active === b.active &&
    a.items.length === b.items.length &&
    a.items.every(({ id }, i) => id === b.items[i]?.id)
  );
}

export function optionId(item: MenuItem): string {
  return `${SLASH_LIST_ID}-${item.id}`;
}

export function runSlashItem(view: EditorView, item: MenuItem): true {
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
  if (slash?.sign === found.sign)
    return { ...found, active: meta?.active ?? (found.query === slash.query ? slash.active : 0) };
  return tr.docChanged && found.query === '' && slashBefore(before)?.sign !== found.sign
    ? { ...found, active: 0 }
    : null;
}

const PATTERNS: readonly (readonly [MenuSign, RegExp])[] = [
  ['[[', /\[\[([^[\]\ufffc]{0,60})$/],
  ['/', /(?:^|[\s\ufffc])\/([^\s/]*(?: [^\s/]+)?)$/],
];

function slashBefore(state: EditorState): Omit<Slash, 'active'> | null {
  const { $from, empty } = state.selection;
  if (!empty || !isText($from.parent)) return null;
  const text = $from.parent.textBetween(
    Math.max(0, $from.parentOffset - 62),
    $from.parentOffset,
    undefined,
    '\ufffc',
  );
  // After brackets that stay open, a slash opens its own menu.
  const [last] = PATTERNS.flatMap(([sign, pattern]) => {
    const query = pattern.exec(text)?.[1];
    if (query === undefined) return [];
    return [{ sign, from: $from.pos - query.length - sign.length, query }];
  }).toSorted((one, other) => other.from - one.from);
  return last ?? null;
}
