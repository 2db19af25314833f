import { classNames } from './class-names.ts';

/** The shape of what is awaited; it appears only when the wait is long enough to be noticed. */
export function Skeleton({ className }: { readonly className: string }) {
  return (
    <span aria-hidden className={classNames('appear-late block rounded-box bg-hover', className)} />
  );
}
