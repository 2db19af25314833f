import { Menu as Base } from '@base-ui/react/menu';
import { Check, ChevronRight } from 'lucide-react';
import { classNames } from '../class-names.ts';
import { returnFocusTo } from './return-focus.ts';
import type {
  MenuChoiceProps,
  MenuItemProps,
  MenuSwitchProps,
  PopupProps,
  SubmenuProps,
} from './props.ts';

const row =
  'flex h-8.5 w-full cursor-default items-center gap-2.5 rounded-[5px] px-2 text-ui outline-none select-none data-highlighted:bg-hover pointer-coarse:h-11';

const popup = 'floats max-h-(--available-height) overflow-y-auto overscroll-contain p-1.25';

export function MenuPopup({ id, open, onOpenChange, anchor, align, children }: PopupProps) {
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
            className={classNames(popup, 'min-w-60')}
          >
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

export function MenuItem({ icon: Icon, children, keys, onSelect, tone = 'plain' }: MenuItemProps) {
  return (
    <Base.Item className={classNames(row, tone === 'bad' && 'text-bad')} onClick={onSelect}>
      {Icon === undefined ? (
        <span className="w-4" />
      ) : (
        <Icon size={16} strokeWidth={1.75} aria-hidden className="text-ink-2" />
      )}
      <span className="flex-1">{children}</span>
      {keys !== undefined && <kbd className="font-sans text-tiny text-ink-3">{keys}</kbd>}
    </Base.Item>
  );
}

export function MenuSwitch({ icon: Icon, children, checked, onChange }: MenuSwitchProps) {
  return (
    <Base.CheckboxItem className={row} checked={checked} onCheckedChange={onChange}>
      <Icon size={16} strokeWidth={1.75} aria-hidden className="text-ink-2" />
      <span className="flex-1">{children}</span>
      <Base.CheckboxItemIndicator>
        <Check size={15} aria-hidden className="text-accent" />
      </Base.CheckboxItemIndicator>
    </Base.CheckboxItem>
  );
}

export function MenuChoice<T extends string>({
  label,
  value,
  options,
  onChange,
}: MenuChoiceProps<T>) {
  return (
    <Base.Group>
      {label !== null && (
        <Base.GroupLabel className="px-2 pt-2 pb-1 text-tiny font-medium text-ink-3">
          {label}
        </Base.GroupLabel>
      )}
      <Base.RadioGroup value={value} onValueChange={(next: T) => onChange(next)}>
        {options.map((option) => (
          <Base.RadioItem key={option.value} value={option.value} className={row} closeOnClick>
            <span className="flex w-4 justify-center">
              <Base.RadioItemIndicator>
                <Check size={15} aria-hidden className="text-accent" />
              </Base.RadioItemIndicator>
            </span>
            <span className="flex-1">{option.label}</span>
          </Base.RadioItem>
        ))}
      </Base.RadioGroup>
    </Base.Group>
  );
}

/** A row that opens a menu of its own beside it, or over it where there is no room. */
export function Submenu({ icon: Icon, label, value, children }: SubmenuProps) {
  return (
    <Base.SubmenuRoot>
      <Base.SubmenuTrigger className={classNames(row, 'data-popup-open:bg-hover')}>
        <Icon size={16} strokeWidth={1.75} aria-hidden className="shrink-0 text-ink-2" />
        <span className="flex-1 whitespace-nowrap">{label}</span>
        {value !== undefined && (
          <span className="min-w-0 truncate text-small text-ink-3">{value}</span>
        )}
        <ChevronRight size={14} aria-hidden className="shrink-0 text-ink-3 rtl:-scale-x-100" />
      </Base.SubmenuTrigger>
      <Base.Portal>
        <Base.Positioner
          side="inline-end"
          sideOffset={2}
          alignOffset={-5}
          collisionPadding={8}
          className="z-50"
        >
          <Base.Popup className={classNames(popup, 'min-w-44')}>{children}</Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.SubmenuRoot>
  );
}

export function MenuLine() {
  return <Base.Separator className="mx-2 my-1.25 h-px bg-line" />;
}
