import type { LucideIcon } from 'lucide-react';
import type { ComponentProps } from 'react';
import { Button } from './button.tsx';
import { Tooltip } from './tooltip.tsx';

interface IconButtonProps extends Omit<
  ComponentProps<typeof Button>,
  'children' | 'aria-label' | 'look'
> {
  readonly label: string;
  readonly icon: LucideIcon;
}

/** A picture to press, whose word is in its tooltip. */
export function IconButton({ label, icon: Icon, ...props }: IconButtonProps) {
  return (
    <Tooltip label={label}>
      <Button look="icon" aria-label={label} {...props}>
        <Icon strokeWidth={1.75} aria-hidden className="size-4.5 pointer-coarse:size-5" />
      </Button>
    </Tooltip>
  );
}
