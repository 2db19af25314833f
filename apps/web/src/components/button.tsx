import type { LucideIcon } from 'lucide-react';
import { cloneElement, type ComponentProps, type ReactElement } from 'react';
import { classNames } from './class-names.ts';
import { Tooltip } from './tooltip.tsx';

const base =
  'touch inline-flex shrink-0 items-center justify-center gap-1.5 rounded-box font-medium whitespace-nowrap select-none transition-colors duration-(--quick) disabled:opacity-50 disabled:pointer-events-none';

const looks = {
  primary:
    'h-7.5 px-3 text-ui pointer-coarse:h-9 bg-accent text-on-accent border border-accent hover:brightness-110',
  plain:
    'h-7.5 px-3 text-ui pointer-coarse:h-9 bg-raise text-ink border border-line hover:bg-hover',
  quiet:
    'h-7.5 px-2 text-ui pointer-coarse:h-9 text-ink-2 hover:bg-hover hover:text-ink data-popup-open:bg-hover data-popup-open:text-ink',
  danger:
    'h-7.5 px-3 text-ui pointer-coarse:h-9 bg-raise text-bad border border-line hover:bg-hover',
  icon: 'size-7.5 text-ink-2 hover:bg-hover hover:text-ink data-popup-open:bg-hover data-popup-open:text-ink',
  link: 'text-accent underline underline-offset-2 hover:text-ink',
} as const;

export type ButtonLook = keyof typeof looks;

interface ButtonProps extends ComponentProps<'button'> {
  readonly look?: ButtonLook;
  /** An element that looks like the button, such as a link. */
  readonly render?: ReactElement<Record<string, unknown>>;
}

export function Button({ look = 'plain', className, render, ...props }: ButtonProps) {
  const classes = classNames(base, looks[look], className);
  if (render !== undefined) return cloneElement(render, { ...props, className: classes });
  return <button type="button" className={classes} {...props} />;
}

interface IconButtonProps extends Omit<
  ComponentProps<typeof Button>,
  'children' | 'aria-label' | 'look'
> {
  readonly label: string;
  readonly icon: LucideIcon;
}

export function IconButton({ label, icon: Icon, ...props }: IconButtonProps) {
  return (
    <Tooltip label={label}>
      <Button look="icon" aria-label={label} {...props}>
        <Icon strokeWidth={1.75} aria-hidden className="size-4.5 pointer-coarse:size-5" />
      </Button>
    </Tooltip>
  );
}
