import { cloneElement, useId, useRef, useState, type ReactElement, type RefObject } from 'react';
import { Deferred, useDeferred } from './deferred.tsx';
import type { ChangeDetails } from './overlays/props.ts';

type Overlays = typeof import('./overlays/index.ts');

export const overlays = new Deferred(() => import('./overlays/index.ts'), { preload: 'at once' });

/** For parts of an overlay, which are only rendered inside of one. */
export function loadedOverlays(): Overlays {
  if (overlays.module === null) throw new Error('rendered outside of an overlay');
  return overlays.module;
}

export type Trigger = ReactElement<Record<string, unknown>>;

interface PopupOptions {
  readonly kind: 'menu' | 'dialog';
  readonly open?: boolean | undefined;
  readonly onOpenChange?: ((open: boolean) => void) | undefined;
  /** More code that the popup's content needs. */
  readonly needs?: Deferred<unknown> | undefined;
}

interface PopupState {
  readonly id: string;
  readonly open: boolean;
  readonly anchor: RefObject<HTMLElement | null>;
  readonly onOpenChange: (open: boolean, details: ChangeDetails) => void;
}

const NOTHING = new Deferred(() => Promise.resolve(null));

/**
 * A control and the popup that it opens. The popup's code is loaded when the pointer or the focus arrives at the
 * control; `overlays` is null until then, and until the popup is opened for the first time.
 */
export function usePopup(
  trigger: Trigger,
  { kind, open, onOpenChange, needs = NOTHING }: PopupOptions,
): { trigger: Trigger; popup: PopupState; overlays: Overlays | null } {
  const id = useId();
  const anchor = useRef<HTMLElement>(null);
  const [own, setOwn] = useState(false);
  const [wasOpened, setOpened] = useState(false);
  const isOpen = open ?? own;
  if (isOpen && !wasOpened) setOpened(true);
  const change = (next: boolean) => {
    setOwn(next);
    onOpenChange?.(next);
  };
  const giveUp = () => change(false);
  const module = useDeferred(overlays, isOpen, giveUp);
  const content = useDeferred(needs, isOpen && needs !== NOTHING, giveUp);
  const prepare = () => {
    overlays.preload();
    needs.preload();
  };
  return {
    trigger: cloneElement(trigger, {
      ref: anchor,
      'aria-haspopup': kind,
      'aria-expanded': isOpen,
      'aria-controls': isOpen ? id : undefined,
      'data-popup-open': isOpen ? '' : undefined,
      onPointerEnter: prepare,
      onFocus: prepare,
      onClick: () => change(!isOpen),
      ...(kind === 'menu' && {
        onKeyDown: (event: React.KeyboardEvent) => {
          if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
          event.preventDefault();
          change(true);
        },
      }),
    }),
    popup: {
      id,
      open: isOpen,
      anchor,
      onOpenChange(next, { event }) {
        // The click of the control itself closes the popup, or would open it again.
        const { target } = event;
        if (!next && target instanceof Node && anchor.current?.contains(target)) return;
        change(next);
      },
    },
    overlays: wasOpened && (needs === NOTHING || content !== null) ? module : null,
  };
}
