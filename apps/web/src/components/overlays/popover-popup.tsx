import { Popover as Base } from '@base-ui/react/popover';
import { classNames } from '../class-names.ts';
import { returnFocusTo } from './return-focus.ts';
import type { PopupProps } from './props.ts';

interface PopoverPopupProps extends PopupProps {
  readonly title: string;
  readonly titleIs: 'shown' | 'visually-hidden';
  readonly className: string | undefined;
}

export function PopoverPopup({
  id,
  open,
  onOpenChange,
  anchor,
  align,
  title,
  titleIs,
  className,
  children,
}: PopoverPopupProps) {
  return (
    <Base.Root open={open} onOpenChange={onOpenChange}>
      <Base.Portal>
        <Base.Positioner
          anchor={anchor}
          sideOffset={6}
          align={align}
          collisionPadding={8}
          className="z-50"
        >
          <Base.Popup
            id={id}
            finalFocus={returnFocusTo(anchor)}
            className={classNames(
              'floats max-h-(--available-height) max-w-[calc(100vw-16px)] overflow-y-auto overscroll-contain p-4',
              className,
            )}
          >
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
