import type { ComponentProps } from 'react';
import { IconButton } from './button.tsx';

interface CountedIconButtonProps extends ComponentProps<typeof IconButton> {
  /** Shown at the corner unless it is 0. The label says it, too. */
  readonly count: number;
}

export function CountedIconButton({ count, ...props }: CountedIconButtonProps) {
  return (
    <span className="relative inline-flex">
      <IconButton {...props} />
      {count > 0 && (
        <span
          aria-hidden
          className="pointer-events-none absolute -top-0.5 -right-0.5 min-w-4 rounded-full bg-accent px-1 text-center text-[10px] leading-4 font-semibold text-on-accent"
        >
          {count > 99 ? '99+' : count}
        </span>
      )}
    </span>
  );
}
