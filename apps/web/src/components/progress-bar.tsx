import { classNames } from './class-names.ts';

interface ProgressBarProps {
  readonly label: string;
  /** From 0 to 1; null while it is not known. */
  readonly share: number | null;
  readonly className?: string;
}

export function ProgressBar({ label, share, className }: ProgressBarProps) {
  return (
    <span
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={share === null ? undefined : Math.round(share * 100)}
      className={classNames('block h-1 overflow-hidden rounded-full bg-line', className)}
    >
      <span
        className={classNames('block h-full rounded-full bg-accent', share === null && 'pulse')}
        style={{ width: `${(share ?? 1) * 100}%` }}
      />
    </span>
  );
}
