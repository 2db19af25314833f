import type { ReactNode } from 'react';
import type { Deferred } from './deferred.tsx';
import { usePopup, type Trigger } from './overlays.ts';
import type { Align } from './overlays/props.ts';

interface PopoverProps {
  readonly trigger: Trigger;
  readonly title: string;
  readonly titleIs?: 'shown' | 'visually-hidden';
  readonly children: ReactNode;
  readonly align?: Align;
  readonly className?: string;
  readonly open?: boolean;
  readonly onOpenChange?: (open: boolean) => void;
  /** Code that the content needs: the popover opens once it is there. */
  readonly needs?: Deferred<unknown>;
}

export function Popover({
  trigger,
  title,
  titleIs = 'shown',
  children,
  align = 'start',
  className,
  ...options
}: PopoverProps) {
  const popover = usePopup(trigger, { kind: 'dialog', ...options });
  return (
    <>
      {popover.trigger}
      {popover.overlays && (
        <popover.overlays.PopoverPopup
          {...popover.popup}
          align={align}
          title={title}
          titleIs={titleIs}
          className={className}
        >
          {children}
        </popover.overlays.PopoverPopup>
      )}
    </>
  );
}
