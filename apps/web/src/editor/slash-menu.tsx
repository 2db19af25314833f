import type { EditorView } from '@tiptap/pm/view';
import { FileText } from 'lucide-react';
import { type ReactNode, useCallback, useLayoutEffect, useRef } from 'react';
import { useTranslation } from '../translation/translation.ts';
import { BLOCK_ICONS } from './block-icons.ts';
import { type Anchor, Floating } from './floating.tsx';
import { type Observable, useObservable } from '../runtime/observable.ts';
import {
  closeSlashMenu,
  optionId,
  runSlashItem,
  SLASH_LIST_ID,
  type SlashMenu as Menu,
} from './slash-command.ts';

/** The list that "/" or "[[" opens. The focus stays in the editor, which moves the active option. */
export function SlashMenu({
  view,
  menu,
}: {
  view: EditorView;
  menu: Observable<Menu | null>;
}): ReactNode {
  const open = useObservable(menu);
  return open ? <OpenMenu view={view} menu={open} /> : null;
}

function OpenMenu({ view, menu }: { view: EditorView; menu: Menu }): ReactNode {
  const { t } = useTranslation();
  const list = useRef<HTMLDivElement>(null);
  const { sign, items, active, from } = menu;
  const anchor = useCallback(
    (): Anchor | null => (from <= view.state.doc.content.size ? view.coordsAtPos(from) : null),
    [view, from],
  );

  useLayoutEffect(() => {
    list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
  }, [active]);
  useLayoutEffect(() => {
    const close = (event: PointerEvent): void => {
      if (!list.current?.contains(event.target as Node)) closeSlashMenu(view);
    };
    document.addEventListener('pointerdown', close);
    return () => document.removeEventListener('pointerdown', close);
  }, [view]);

  return (
    <Floating
      ref={list}
      anchor={anchor}
      side="below"
      className="slash-menu"
      attributes={{
        id: SLASH_LIST_ID,
        role: 'listbox',
        'aria-label': t(sign === '/' ? 'editor.slash.label' : 'editor.linkTo'),
        // A scrollable list must be reachable by keyboard, although the editor handles its keys.
        tabIndex: 0,
        onMouseDown: (event) => event.preventDefault(),
      }}
    >
      {items.map((item, index) => {
        const Icon = 'title' in item ? FileText : BLOCK_ICONS[item.id];
        return (
          <div
            key={item.id}
            id={optionId(item)}
            role="option"
            aria-selected={index === active}
            onClick={() => runSlashItem(view, item)}
          >
            <Icon size={18} strokeWidth={1.75} aria-hidden />
            <span>{'title' in item ? <bdi>{item.title}</bdi> : t(`editor.slash.${item.id}`)}</span>
            <small aria-hidden={!('title' in item)}>{item.hint}</small>
          </div>
        );
      })}
    </Floating>
  );
}
