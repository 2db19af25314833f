import type { PresenceState } from '@tandem/protocol';
import type { CSSProperties } from 'react';
import { classNames } from './class-names.ts';

interface AvatarProps {
  readonly name: string;
  readonly color: number;
  readonly state?: PresenceState;
  readonly className?: string;
}

/**
 * A person as initials in a circle: filled while active, outlined while idle, dashed while away. Decorative, because
 * the name or the label of the button is beside it.
 */
export function Avatar({ name, color, state = 'active', className }: AvatarProps) {
  return (
    <span
      aria-hidden
      style={{ '--person': personColor(color) } as CSSProperties}
      className={classNames(
        'flex size-6.5 shrink-0 items-center justify-center rounded-full text-[11px] leading-none font-semibold select-none',
        LOOKS[state],
        className,
      )}
    >
      {initials(name)}
    </span>
  );
}

const LOOKS: Record<PresenceState, string> = {
  active: 'bg-(--person) text-(--on-person)',
  idle: 'border-[1.5px] border-(--person) bg-canvas text-(--person)',
  away: 'border-[1.5px] border-dashed border-(--person) bg-canvas text-(--person)',
};

export function personColor(color: number): string {
  return `var(--p${color})`;
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** First letters of the first and last word, or the first two letters of a single word. */
export function initials(name: string): string {
  // Direction marks and invisible letters are not initials.
  const words = name
    .replace(/[\p{Bidi_Control}\u00ad\u200b\u2060\u2800\u3164\ufeff\uffa0]/gu, '')
    .trim()
    .split(/\s+/u);
  const last = words.at(-1) ?? '';
  const letters = words.length > 1 ? [first(words[0]!, 1), first(last, 1)] : [first(last, 2)];
  return letters.join('').toLocaleUpperCase();
}

function first(word: string, count: number): string {
  return Array.from(graphemes.segment(word), ({ segment }) => segment)
    .slice(0, count)
    .join('');
}
