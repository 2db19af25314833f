import { classNames } from '../components/class-names.ts';
import type { ChipTone } from './chip-word.ts';

const tones: Record<ChipTone, string> = {
  good: 'bg-accent',
  busy: 'bg-transparent ring-[1.5px] ring-inset ring-accent',
  held: 'bg-warn',
  bad: 'bg-bad',
  quiet: 'bg-ink-3',
};

/** The dot of the chip: it follows the truth at once. Under way is a ring, so that it differs by more than a colour. */
export function SaveDot({ tone }: { readonly tone: ChipTone }) {
  return (
    <span
      aria-hidden
      data-tone={tone}
      className={classNames('size-1.75 shrink-0 rounded-full', tones[tone])}
    />
  );
}
