import type { PresenceState } from '@tandem/protocol';
import type { CSSProperties } from 'react';
import { initials } from '../profile/initials.ts';
import { classNames } from './class-names.ts';

interface AvatarProps {
  readonly name: string;
  readonly color: number;
  readonly state?: PresenceState;
  readonly className?: string;
}

/** A person in a circle, which is empty while they do nothing, and broken while they are away. The name is beside it or in its button's label, so the letters are only a picture. */
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
