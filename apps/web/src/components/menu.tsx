import { Menu as Base } from '@base-ui/react/menu';
import { Check, ChevronDown, type LucideIcon } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import { Button } from './button.tsx';
import { classNames } from './class-names.ts';

const row =
  'flex h-8.5 w-full cursor-default items-center gap-2.5 rounded-[5px] px-2 text-ui outline-none select-none data-highlighted:bg-hover pointer-coarse:h-11';

interface MenuProps {
  readonly trigger: ReactElement<Record<string, unknown>>;
  readonly children: ReactNode;
  readonly align?: 'start' | 'end';
}

export function Menu({ trigger, children, align = 'end' }: MenuProps) {
  return (
    <Base.Root>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner sideOffset={6} align={align} collisionPadding={8} className="z-40">
          <Base.Popup className="floats min-w-56 p-1.25">{children}</Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

interface MenuItemProps {
  readonly icon?: LucideIcon;
  readonly children: ReactNode;
  readonly keys?: string;
  readonly onSelect: () => void;
  readonly tone?: 'plain' | 'bad';
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

interface MenuSwitchProps {
  readonly icon: LucideIcon;
  readonly children: ReactNode;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
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

interface MenuChoiceProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly { readonly value: T; readonly label: string }[];
  readonly onChange: (value: T) => void;
}

export function MenuChoice<T extends string>({
  label,
  value,
  options,
  onChange,
}: MenuChoiceProps<T>) {
  return (
    <Base.Group>
      <Base.GroupLabel className="px-2 pt-2 pb-1 text-tiny font-medium text-ink-3">
        {label}
      </Base.GroupLabel>
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

export function MenuLine() {
  return <Base.Separator className="mx-2 my-1.25 h-px bg-line" />;
}

export function choiceButton(label: string, about: string): ReactElement<Record<string, unknown>> {
  return (
    <Button look="quiet" aria-label={`${about}: ${label}`}>
      {label}
      <ChevronDown size={14} aria-hidden />
    </Button>
  );
}
