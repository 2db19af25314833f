import {
  cloneElement,
  useEffect,
  useRef,
  useState,
  useSyncExternalStore,
  type FocusEvent,
  type PointerEvent,
  type ReactElement,
  type ReactNode,
} from 'react';
import { overlays } from './overlays.ts';

const OPEN_AFTER_MS = 400;
/** So that the pointer can move from the control onto its tooltip. */
const CLOSE_AFTER_MS = 100;
/** Beside a tooltip that has just closed, the next one opens at once. */
const NEIGHBOUR_MS = 400;

let lastClosedAt = -Infinity;

interface TooltipProps {
  readonly label: ReactNode;
  readonly children: ReactElement<TriggerProps>;
  readonly side?: 'top' | 'bottom' | 'left' | 'right';
}

interface TriggerProps {
  readonly onPointerEnter?: (event: PointerEvent<HTMLElement>) => void;
  readonly onPointerLeave?: (event: PointerEvent<HTMLElement>) => void;
  readonly onPointerDown?: (event: PointerEvent<HTMLElement>) => void;
  readonly onFocus?: (event: FocusEvent<HTMLElement>) => void;
  readonly onBlur?: (event: FocusEvent<HTMLElement>) => void;
}

/** The label of an icon-only control, hidden from screen readers because the control has the same label. */
export function Tooltip({ label, children, side = 'bottom' }: TooltipProps) {
  const [isOpen, setOpen] = useState(false);
  const [wasOpened, setOpened] = useState(false);
  if (isOpen && !wasOpened) setOpened(true);
  const anchor = useRef<HTMLElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const module = useSyncExternalStore(overlays.subscribe, () => overlays.module);
  useEffect(() => () => clearTimeout(timer.current), []);

  const change = (next: boolean) => {
    clearTimeout(timer.current);
    if (isOpen && !next) lastClosedAt = performance.now();
    setOpen(next);
  };
  const changeAfter = (next: boolean, delayMs: number) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => change(next), delayMs);
  };
  const openSoon = (element: HTMLElement) => {
    anchor.current = element;
    overlays.preload();
    const isNeighbour = performance.now() - lastClosedAt < NEIGHBOUR_MS;
    changeAfter(true, isNeighbour ? 0 : OPEN_AFTER_MS);
  };
  const closeSoon = () => changeAfter(false, CLOSE_AFTER_MS);

  const { props } = children;
  return (
    <>
      {cloneElement(children, {
        onPointerEnter(event) {
          props.onPointerEnter?.(event);
          // A finger opens nothing: it would cover what it touches.
          if (event.pointerType === 'mouse') openSoon(event.currentTarget);
        },
        onPointerLeave(event) {
          props.onPointerLeave?.(event);
          closeSoon();
        },
        onPointerDown(event) {
          props.onPointerDown?.(event);
          change(false);
        },
        onFocus(event) {
          props.onFocus?.(event);
          if (!event.currentTarget.matches(':focus-visible')) return;
          anchor.current = event.currentTarget;
          change(true);
        },
        onBlur(event) {
          props.onBlur?.(event);
          change(false);
        },
      })}
      {wasOpened && module && (
        <module.TooltipPopup
          open={isOpen}
          onOpenChange={(next) => !next && change(false)}
          anchor={anchor}
          side={side}
          onPointerEnter={() => changeAfter(true, 0)}
          onPointerLeave={closeSoon}
        >
          {label}
        </module.TooltipPopup>
      )}
    </>
  );
}
