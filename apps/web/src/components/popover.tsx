import { Popover as Base } from '@base-ui/react/popover';
import type { ReactElement, ReactNode } from 'react';
import { classNames } from './class-names.ts';

interface PopoverProps {
  readonly trigger: ReactElement<Record<string, unknown>>;
  readonly title: string;
  readonly titleIs?: 'shown' | 'visually-hidden';
  readonly children: ReactNode;
  readonly align?: 'start' | 'center' | 'end';
  readonly className?: string;
  readonly open?: boolean;
  readonly onOpenChange?: (open: boolean) => void;
}

export function Popover({
  trigger,
  title,
  titleIs = 'shown',
  children,
  align = 'start',
  className,
  ...root
}: PopoverProps) {
  return (
    <Base.Root {...root}>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner sideOffset={6} align={align} collisionPadding={8} className="z-40">
          <Base.Popup className={classNames('floats max-w-[calc(100vw-16px)] p-4', className)}>
            <Base.Title
              className={titleIs === 'visually-hidden' ? 'sr-only' : 'mb-1 text-ui font-semibold'}
            >
              {title}
            </Base.Title>
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
