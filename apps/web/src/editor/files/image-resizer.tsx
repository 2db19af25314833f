import {
  type KeyboardEvent,
  type PointerEvent,
  type RefObject,
  useEffect,
  useRef,
  useState,
} from 'react';
import { useTranslation } from '../../translation/translation.ts';

interface ImageResizerProps {
  readonly frame: RefObject<HTMLElement | null>;
  readonly isSelected: boolean;
  readonly onDrag: (width: number) => void;
  /** Null: as wide as the text allows. */
  readonly onResize: (width: number | null) => void;
}

const LEAST_WIDTH = 64;
const STEP = 16;
const PAGE_STEP = 96;
/** The image is centred, so that both of its edges move. */
const EDGES = 2;

/** Two handles for the hand; the right one is also a slider for the keyboard. */
export function ImageResizer({ frame, isSelected, onDrag, onResize }: ImageResizerProps) {
  const { t } = useTranslation();
  const drag = useRef<{ readonly from: number; readonly width: number } | null>(null);
  const most = (): number => columnOf(frame.current)?.clientWidth ?? LEAST_WIDTH;
  const current = (): number => Math.round(frame.current?.getBoundingClientRect().width ?? 0);
  const fit = (width: number): number => Math.round(Math.max(LEAST_WIDTH, Math.min(most(), width)));
  const finish = (width: number): void => onResize(fit(width) >= most() ? null : fit(width));

  const pointer = (side: 1 | -1) => {
    const widthAt = (event: PointerEvent): number =>
      fit(drag.current!.width + side * EDGES * (event.clientX - drag.current!.from));
    return {
      onPointerDown(event: PointerEvent<HTMLElement>) {
        if (event.button !== 0) return;
        event.preventDefault();
        event.currentTarget.setPointerCapture(event.pointerId);
        drag.current = { from: event.clientX, width: current() };
      },
      onPointerMove(event: PointerEvent<HTMLElement>) {
        if (drag.current !== null) onDrag(widthAt(event));
      },
      onPointerUp(event: PointerEvent<HTMLElement>) {
        if (drag.current === null) return;
        finish(widthAt(event));
        drag.current = null;
      },
      onPointerCancel() {
        if (drag.current === null) return;
        finish(drag.current.width);
        drag.current = null;
      },
    };
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const width = widthForKey(event.key, current(), most());
    if (width === null) return;
    event.preventDefault();
    finish(width);
  };
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setWidth(Math.round(element.clientWidth)));
    observer.observe(element);
    return () => observer.disconnect();
  }, [frame]);
  return (
    <>
      <span className="file-handle file-handle-start" aria-hidden {...pointer(-1)} />
      <span
        className="file-handle file-handle-end"
        role="slider"
        tabIndex={isSelected ? 0 : -1}
        aria-label={t('editor.files.width')}
        aria-valuemin={LEAST_WIDTH}
        aria-valuemax={most()}
        aria-valuenow={width}
        aria-valuetext={t('editor.files.pixels', { count: width })}
        onKeyDown={onKeyDown}
        {...pointer(1)}
      />
    </>
  );
}

/** What the block is in: the text, or a quote. */
function columnOf(frame: HTMLElement | null): HTMLElement | null {
  return frame?.closest('.file-block')?.parentElement ?? null;
}

function widthForKey(key: string, width: number, most: number): number | null {
  switch (key) {
    case 'ArrowRight':
    case 'ArrowUp':
      return width + STEP;
    case 'ArrowLeft':
    case 'ArrowDown':
      return width - STEP;
    case 'PageUp':
      return width + PAGE_STEP;
    case 'PageDown':
      return width - PAGE_STEP;
    case 'Home':
      return LEAST_WIDTH;
    case 'End':
      return most;
    default:
      return null;
  }
}
