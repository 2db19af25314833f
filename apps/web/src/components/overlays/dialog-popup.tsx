import { Dialog as Base } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import { useRef } from 'react';
import { useTranslation } from '../../translation/translation.ts';
import { IconButton } from '../button.tsx';
import { classNames } from '../class-names.ts';
import type { DialogPlace, DialogProps } from './props.ts';

const places = {
  middle:
    'floats top-1/2 left-1/2 max-h-[calc(100dvh-32px)] w-[min(640px,calc(100vw-32px))] -translate-x-1/2 -translate-y-1/2 p-5',
  narrow:
    'floats top-1/2 left-1/2 max-h-[calc(100dvh-32px)] w-[min(440px,calc(100vw-32px))] -translate-x-1/2 -translate-y-1/2 p-5',
  left: 'inset-y-0 left-0 pt-[env(safe-area-inset-top)] pb-[env(safe-area-inset-bottom)] w-[min(288px,85vw)] border-r border-line bg-side transition-transform duration-(--quick) data-ending-style:-translate-x-full data-starting-style:-translate-x-full',
  right:
    'inset-y-0 right-0 w-[min(440px,100vw)] border-l border-line bg-canvas px-5 pt-[calc(16px+env(safe-area-inset-top))] pb-[calc(16px+env(safe-area-inset-bottom))] shadow-lift transition-transform duration-(--quick) data-ending-style:translate-x-full data-starting-style:translate-x-full',
  panel:
    'inset-y-0 right-0 flex w-[min(440px,100vw)] flex-col border-l border-line bg-canvas pt-[env(safe-area-inset-top)] pb-[env(safe-area-inset-bottom)] shadow-lift transition-transform duration-(--quick) data-ending-style:translate-x-full data-starting-style:translate-x-full',
} as const satisfies Record<DialogPlace, string>;

export function DialogPopup({
  open,
  onOpenChange,
  title,
  titleIs = 'shown',
  place,
  children,
}: DialogProps) {
  const { t } = useTranslation();
  const popup = useRef<HTMLDivElement>(null);
  return (
    <Base.Root open={open} onOpenChange={onOpenChange}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-40 bg-scrim transition-opacity duration-(--quick) data-ending-style:opacity-0 data-starting-style:opacity-0" />
        <Base.Popup
          ref={popup}
          // The popup itself takes the focus: a focused button would open its tooltip.
          initialFocus={popup}
          tabIndex={-1}
          className={classNames(
            'fixed z-50 overflow-y-auto overscroll-contain outline-none',
            places[place],
          )}
        >
          <div
            className={
              titleIs === 'visually-hidden'
                ? 'sr-only'
                : classNames(
                    'flex shrink-0 items-center justify-between gap-2',
                    place === 'panel' ? 'h-12 border-b border-line pr-2 pl-4' : 'mb-4',
                  )
            }
          >
            <Base.Title className="text-base font-semibold">{title}</Base.Title>
            <Base.Close render={<IconButton label={t('close')} icon={X} />} />
          </div>
          {children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
