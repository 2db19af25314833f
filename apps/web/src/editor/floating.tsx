import { type ReactNode, type Ref, useCallback, useLayoutEffect, useRef } from 'react';

export interface Anchor {
  readonly left: number;
  readonly top: number;
  readonly bottom: number;
}

export interface FloatingProps {
  readonly anchor: () => Anchor | null;
  readonly side: 'above' | 'below';
  readonly className: string;
  readonly children: ReactNode;
  readonly ref?: Ref<HTMLDivElement>;
  readonly attributes?: React.HTMLAttributes<HTMLDivElement>;
}

const GAP_PX = 6;
const MARGIN_PX = 8;

export function Floating({
  anchor,
  side,
  className,
  children,
  attributes,
  ref,
}: FloatingProps): ReactNode {
  const own = useRef<HTMLDivElement>(null);
  const place = useCallback(() => {
    const element = own.current;
    const at = anchor();
    if (!element) return;
    element.style.visibility = at ? 'visible' : 'hidden';
    if (!at) return;
    const screen = visibleScreen();
    const { offsetWidth: width, offsetHeight: height } = element;
    const above = at.top - GAP_PX - height;
    const below = at.bottom + GAP_PX;
    const fitsAbove = above >= screen.top + MARGIN_PX;
    const fitsBelow = below + height <= screen.bottom - MARGIN_PX;
    const top =
      side === 'above'
        ? fitsAbove || !fitsBelow
          ? above
          : below
        : fitsBelow || !fitsAbove
          ? below
          : above;
    const left = Math.max(
      screen.left + MARGIN_PX,
      Math.min(at.left, screen.right - width - MARGIN_PX),
    );
    element.style.transform = `translate(${Math.round(left)}px, ${Math.round(Math.max(screen.top, top))}px)`;
  }, [anchor, side]);

  useLayoutEffect(place);
  useLayoutEffect(() => {
    let frame: number | undefined;
    const schedule = (): void => {
      frame ??= requestAnimationFrame(() => {
        frame = undefined;
        place();
      });
    };
    const viewport = window.visualViewport;
    window.addEventListener('scroll', schedule, { capture: true, passive: true });
    window.addEventListener('resize', schedule);
    viewport?.addEventListener('resize', schedule);
    viewport?.addEventListener('scroll', schedule);
    return () => {
      if (frame !== undefined) cancelAnimationFrame(frame);
      window.removeEventListener('scroll', schedule, { capture: true });
      window.removeEventListener('resize', schedule);
      viewport?.removeEventListener('resize', schedule);
      viewport?.removeEventListener('scroll', schedule);
    };
  }, [place]);

  const attach = useCallback(
    (element: HTMLDivElement | null) => {
      own.current = element;
      if (typeof ref === 'function') ref(element);
      else if (ref) ref.current = element;
    },
    [ref],
  );
  return (
    <div {...attributes} ref={attach} className={`floating ${className}`}>
      {children}
    </div>
  );
}

function visibleScreen(): { left: number; right: number; top: number; bottom: number } {
  const viewport = window.visualViewport;
  const left = viewport?.offsetLeft ?? 0;
  const top = viewport?.offsetTop ?? 0;
  return {
    left,
    top,
    right: left + (viewport?.width ?? window.innerWidth),
    bottom: top + (viewport?.height ?? window.innerHeight),
  };
}
