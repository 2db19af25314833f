import { useLayoutEffect, useRef } from 'react';
import { TONES, type ChipTone } from './save-status-label.ts';
import type { SaveStatus } from './save-status.ts';

const BASE = 'size-1.75 shrink-0 rounded-full';

const tones: Record<ChipTone, string> = {
  good: 'bg-accent',
  busy: 'bg-transparent ring-[1.5px] ring-inset ring-accent',
  held: 'bg-warn',
  bad: 'bg-bad',
  quiet: 'bg-ink-3',
};

/**
 * The dot of the chip. Under way is a ring, so that it differs by more than a colour. It changes with the first
 * key, and React walks the selection of the text with the focus at each of its commits, which in a long
 * document takes longer than all the rest: so this goes past React. The button it is in says the same in
 * `data-connection`.
 */
export function SaveDot({ status }: { readonly status: SaveStatus }) {
  const dot = useRef<HTMLSpanElement>(null);
  useLayoutEffect(() => {
    const show = () => {
      const word = status.dot.get();
      dot.current?.setAttribute('class', `${BASE} ${tones[TONES[word]]}`);
      dot.current?.closest('button')?.setAttribute('data-connection', word);
    };
    show();
    return status.dot.subscribe(show);
  }, [status]);
  return <span ref={dot} aria-hidden />;
}
