import type { CSSProperties } from 'react';
import { initials } from '../profile/initials.ts';
import { classNames } from './class-names.ts';

interface AvatarProps {
  readonly name: string;
  readonly color: number;
  readonly state?: 'active' | 'idle';
  readonly className?: string;
}

/** A person in a circle, which is empty while they are away. The name is beside it or in its button's label, so the letters are only a picture. */
export function Avatar({ name, color, state = 'active', className }: AvatarProps) {
  return (
    <span
      aria-hidden
      style={{ '--person': personColor(color) } as CSSProperties}
      className={classNames(
        'flex size-6.5 shrink-0 items-center justify-center rounded-full text-[11px] leading-none font-semibold select-none',
        state === 'idle'
          ? 'bg-canvas text-(--person) ring-[1.5px] ring-(--person) ring-inset'
          : 'bg-(--person) text-(--on-person)',
        className,
      )}
    >
      {initials(name)}
    </span>
  );
}

export function personColor(color: number): string {
  return `var(--p${color})`;
}
