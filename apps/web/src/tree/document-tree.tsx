/** The tree of documents in the sidebar. Only the rows on the screen are drawn. */
import { navigate, usePlace } from '../navigation/location.ts';
import { matchPath } from '../navigation/routes.ts';
import { can } from '@tandem/protocol';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useEffectEvent, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { useTranslation } from '../translation/translation.ts';
import { Skeleton } from '../components/feedback.tsx';
import { Button } from '../components/button.tsx';
import { classNames } from '../components/class-names.ts';
import { rangeWithFocused } from '../components/range-with-focused.ts';
import { acceptFiles, holdsFiles, importDropped } from '../import/file-drop.ts';
import { useObservable } from '../runtime/observable.ts';
import { useServices } from '../session/services.ts';
import { TreeItem, type TreeItemActions } from './tree-item.tsx';
import { dropInput, dropPlace, stepInput, type DropTarget, type MoveInput } from './tree-moves.ts';
import {
  keyOfRow,
  pathOf,
  type DocumentRow,
  type PartRow,
  type TreeDocument,
} from './tree-rows.ts';
import { useTree, type TreeView } from './use-tree.ts';
import './tree-words.ts';

const ROW_PX = 30;
const COARSE_ROW_PX = 44;
const OVERSCAN = 10;
const STEPS = ['up', 'down', 'in', 'out'] as const;
/** A document under the pointer opens during a drag after this long. */
const EXPAND_AFTER_MS = 700;

export function DocumentTree() {
  const view = useTree();
  if (view === null) return <TreeSkeleton />;
  return <Rows view={view} />;
}

function Rows({ view }: { readonly view: TreeView }) {
  const { t } = useTranslation();
  const { client } = useServices();
  const here = matchPath('/d/$document', usePlace().path)?.['document'] ?? null;
  const { rows, loader } = view;
  const scroller = useRef<HTMLDivElement>(null);
  const [focused, setFocused] = useState<string | null>(null);
  const [announced, setAnnounced] = useState('');
  const indexOf = (id: string | null) =>
    rows.findIndex((row) => row.kind === 'document' && row.document.id === id);
  const focusedIndex = indexOf(focused ?? here);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    getItemKey: (index) => keyOf(view, index),
    estimateSize: () => (matchMedia('(pointer: coarse)').matches ? COARSE_ROW_PX : ROW_PX),
    rangeExtractor: (range) => rangeWithFocused(range, focusedIndex),
    overscan: OVERSCAN,
  });

  const reveal = useEffectEvent((id: string) => {
    for (const { id: around } of pathOf(view.documents, id))
      if (!loader.expanded.get().has(around)) loader.expand(around);
    const index = indexOf(id);
    if (index !== -1) virtualizer.scrollToIndex(index, { align: 'auto' });
  });
  const isKnown = view.documents.some(({ id }) => id === here);
  useEffect(() => {
    if (here !== null && isKnown) reveal(here);
  }, [here, isKnown]);

  const move = (input: MoveInput | null) => {
    if (input === null) return;
    client.commands.run({ name: 'document:move', input });
    const around = view.documents.find(({ id }) => id === input.parent);
    setAnnounced(
      around === undefined
        ? t('tree.movedToTop')
        : t('tree.movedInto', { title: around.title || t('untitled') }),
    );
    if (input.parent !== null) loader.expand(input.parent);
  };
  const drag = useDrag(view, move);
  const stepsOf = useRef<TreeItemActions['stepsOf']>(() => []);
  useEffect(() => {
    stepsOf.current = (document) =>
      STEPS.flatMap((to) => {
        const input = stepInput(view, document, to);
        return input === null ? [] : [{ to, run: () => move(input) }];
      });
  });
  const actions = useMemo(
    (): TreeItemActions => ({
      focused: setFocused,
      toggle: ({ document: { id }, isExpanded }) =>
        isExpanded ? loader.collapse(id) : loader.expand(id),
      created: (parent) => loader.expand(parent),
      stepsOf: (document) => stepsOf.current(document),
    }),
    [loader],
  );

  const focusRow = (index: number) => {
    const row = rows[index];
    if (row?.kind !== 'document') return;
    setFocused(row.document.id);
    virtualizer.scrollToIndex(index, { align: 'auto' });
    requestAnimationFrame(() =>
      scroller.current
        ?.querySelector<HTMLElement>(`[data-document="${CSS.escape(row.document.id)}"]`)
        ?.focus(),
    );
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const row = rows[focusedIndex];
    if (row?.kind !== 'document' || !(event.target instanceof HTMLElement)) return;
    if (event.target.dataset['document'] === undefined) return;
    const action = actionOf(event, row);
    if (action === null) return;
    event.preventDefault();
    switch (action) {
      case 'next':
        return focusRow(nextDocument(view, focusedIndex, 1));
      case 'previous':
        return focusRow(nextDocument(view, focusedIndex, -1));
      case 'first':
        return focusRow(nextDocument(view, -1, 1));
      case 'last':
        return focusRow(nextDocument(view, rows.length, -1));
      case 'parent':
        return focusRow(indexOf(row.document.parent));
      case 'expand':
        return loader.expand(row.document.id);
      case 'collapse':
        return loader.collapse(row.document.id);
      case 'open':
        return navigate('/d/$document', { params: { document: row.document.id } });
      default:
        return move(stepInput(view, row.document, action));
    }
  };

  return (
    <div
      ref={scroller}
      className={classNames(
        'min-h-0 flex-1 overflow-y-auto overscroll-contain',
        drag.areFilesOver && drag.target === null && 'rounded-box bg-accent-soft',
      )}
      {...drag.handlers}
    >
      <div
        // A tree without items is not one.
        {...(view.documents.length > 0 && { role: 'tree', 'aria-label': t('documents') })}
        className="relative"
        style={{ height: virtualizer.getTotalSize() }}
        onKeyDown={onKeyDown}
        onBlur={({ currentTarget, relatedTarget }) => {
          if (!currentTarget.contains(relatedTarget)) setFocused(null);
        }}
      >
        {virtualizer.getVirtualItems().map(({ index, key, start, size }) => {
          const row = rows[index];
          if (row === undefined) return null;
          if (row.kind !== 'document')
            return <Part key={key} row={row} view={view} start={start} height={size} />;
          return (
            <TreeItem
              key={key}
              row={row}
              start={start}
              height={size}
              isHere={row.document.id === here}
              isTabStop={focusedIndex === -1 ? index === 0 : index === focusedIndex}
              drop={drag.target?.document.id === row.document.id ? drag.target.where : null}
              actions={actions}
            />
          );
        })}
      </div>
      <p role="status" className="sr-only">
        {announced}
      </p>
    </div>
  );
}

type TreeAction =
  | 'next'
  | 'previous'
  | 'first'
  | 'last'
  | 'parent'
  | 'expand'
  | 'collapse'
  | 'open'
  | 'up'
  | 'down'
  | 'in'
  | 'out';

/** The keys of a tree (WAI-ARIA), and with Alt those that move a document. */
function actionOf(event: KeyboardEvent, row: DocumentRow): TreeAction | null {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return null;
  const isRightToLeft = getComputedStyle(event.currentTarget).direction === 'rtl';
  const [inwards, outwards] = isRightToLeft
    ? ['ArrowLeft', 'ArrowRight']
    : ['ArrowRight', 'ArrowLeft'];
  if (event.altKey) {
    if (event.key === 'ArrowUp') return 'up';
    if (event.key === 'ArrowDown') return 'down';
    if (event.key === inwards) return 'in';
    return event.key === outwards ? 'out' : null;
  }
  switch (event.key) {
    case 'ArrowDown':
      return 'next';
    case 'ArrowUp':
      return 'previous';
    case 'Home':
      return 'first';
    case 'End':
      return 'last';
    case 'Enter':
    case ' ':
      return 'open';
    case inwards:
      return row.isExpanded ? 'next' : 'expand';
    case outwards:
      return row.isExpanded ? 'collapse' : 'parent';
    default:
      return null;
  }
}

function nextDocument({ rows }: TreeView, from: number, step: 1 | -1): number {
  for (let index = from + step; index >= 0 && index < rows.length; index += step)
    if (rows[index]?.kind === 'document') return index;
  return from;
}

function keyOf({ rows }: TreeView, index: number): string | number {
  const row = rows[index];
  return row === undefined ? index : keyOfRow(row);
}

interface PartProps {
  readonly row: PartRow;
  readonly view: TreeView;
  readonly start: number;
  readonly height: number;
}

function Part({ row, view: { loader }, start, height }: PartProps) {
  const { t } = useTranslation();
  const parts = useObservable(loader.parts);
  const isWanted = row.kind === 'more' || row.kind === 'loading';
  useEffect(() => {
    if (isWanted) void loader.load(row.parent);
  }, [isWanted, loader, row.parent, parts]);
  return (
    <div
      className="absolute flex w-full items-center text-small text-ink-3"
      style={{
        transform: `translateY(${start}px)`,
        height,
        paddingInlineStart: `${row.level * 14 + 14}px`,
      }}
    >
      {row.kind === 'empty' && t(row.parent === null ? 'tree.empty' : 'tree.nothingInside')}
      {isWanted && <Skeleton className="h-3 w-2/3" />}
      {row.kind === 'failed' && (
        <Button look="link" onClick={() => void loader.load(row.parent)}>
          {t('tree.failed')}
        </Button>
      )}
    </div>
  );
}

function TreeSkeleton() {
  return (
    <div className="flex min-h-0 flex-1 flex-col gap-4 overflow-hidden px-2 py-2">
      <Skeleton className="h-3.5 w-4/5" />
      <Skeleton className="h-3.5 w-3/5" />
      <Skeleton className="h-3.5 w-2/3" />
    </div>
  );
}

/** Drags by mouse, of rows and of files. Touch and keys have the menu and Alt with arrows. */
function useDrag(view: TreeView, move: (input: MoveInput | null) => void) {
  const [target, setTarget] = useState<DropTarget | null>(null);
  const [areFilesOver, setFilesOver] = useState(false);
  const moved = useRef<TreeDocument | null>(null);
  const opening = useRef<{ readonly id: string; readonly timer: number } | null>(null);
  const stopOpening = () => {
    if (opening.current !== null) clearTimeout(opening.current.timer);
    opening.current = null;
  };
  const end = () => {
    stopOpening();
    moved.current = null;
    setTarget(null);
    setFilesOver(false);
  };
  const rowOf = (element: EventTarget): [HTMLElement, DocumentRow] | null => {
    const item = element instanceof Element ? element.closest('[data-document]') : null;
    if (!(item instanceof HTMLElement)) return null;
    const row = view.rows.find(
      (other) => other.kind === 'document' && other.document.id === item.dataset['document'],
    );
    return row?.kind === 'document' ? [item, row] : null;
  };
  const handlers = {
    onDragStart({ target: element, dataTransfer }: React.DragEvent) {
      moved.current = rowOf(element)?.[1].document ?? null;
      dataTransfer.effectAllowed = 'copyMove';
    },
    onDragOver(event: React.DragEvent) {
      const found = rowOf(event.target);
      if (moved.current === null && holdsFiles(event)) {
        const document = found?.[1].document ?? null;
        const mayWrite =
          document === null || can({ role: document.role, lifecycle: 'active' }, 'write');
        acceptFiles(event, mayWrite);
        setFilesOver(mayWrite);
        return setTarget(document !== null && mayWrite ? { document, where: 'inside' } : null);
      }
      if (moved.current === null || found === null) return setTarget(null);
      const [item, row] = found;
      const { top, height } = item.getBoundingClientRect();
      const place = dropPlace(row, (event.clientY - top) / height);
      if (dropInput(view, moved.current, place) === null) {
        stopOpening();
        return setTarget(null);
      }
      event.preventDefault();
      event.dataTransfer.dropEffect = 'move';
      const { id } = row.document;
      if (place.where !== 'inside' || row.isExpanded) stopOpening();
      else if (opening.current?.id !== id) {
        stopOpening();
        const timer = window.setTimeout(() => view.loader.expand(id), EXPAND_AFTER_MS);
        opening.current = { id, timer };
      }
      setTarget((known) =>
        known?.document.id === id && known.where === place.where ? known : place,
      );
    },
    onDragLeave({ currentTarget, relatedTarget }: React.DragEvent) {
      if (relatedTarget instanceof Node && currentTarget.contains(relatedTarget)) return;
      stopOpening();
      setTarget(null);
      setFilesOver(false);
    },
    onDrop(event: React.DragEvent) {
      if (areFilesOver && holdsFiles(event)) importDropped(event, target?.document.id ?? null);
      else if (moved.current !== null && target !== null) {
        event.preventDefault();
        move(dropInput(view, moved.current, target));
      }
      end();
    },
    onDragEnd: end,
  };
  return { target, areFilesOver, handlers };
}
