import { ChevronDown } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import type { Deferred } from './deferred.tsx';
import { loadedOverlays, usePopup, type Trigger } from './overlays.ts';
import type {
  MenuChoiceProps,
  MenuItemProps,
  MenuSwitchProps,
  SubmenuProps,
} from './overlays/props.ts';

interface MenuProps {
  readonly trigger: Trigger;
  readonly children: ReactNode;
  readonly align?: 'start' | 'end';
  /** Code that the items need: the menu opens once it is there. */
  readonly needs?: Deferred<unknown>;
}

export function Menu({ trigger, children, align = 'end', needs }: MenuProps) {
  const menu = usePopup(trigger, { kind: 'menu', needs });
  return (
    <>
      {menu.trigger}
      {menu.overlays && (
        <menu.overlays.MenuPopup {...menu.popup} align={align}>
          {children}
        </menu.overlays.MenuPopup>
      )}
    </>
  );
}

export function MenuItem(props: MenuItemProps) {
  const overlays = loadedOverlays();
  return <overlays.MenuItem {...props} />;
}

export function MenuSwitch(props: MenuSwitchProps) {
  const overlays = loadedOverlays();
  return <overlays.MenuSwitch {...props} />;
}

export function MenuChoice<T extends string>(props: MenuChoiceProps<T>) {
  const overlays = loadedOverlays();
  return <overlays.MenuChoice {...props} />;
}

export function Submenu(props: SubmenuProps) {
  const overlays = loadedOverlays();
  return <overlays.Submenu {...props} />;
}

export function MenuLine() {
  const overlays = loadedOverlays();
  return <overlays.MenuLine />;
}

export function choiceButton(label: string, about: string): Trigger {
  return (
    <Button look="quiet" aria-label={`${about}: ${label}`}>
      {label}
      <ChevronDown size={14} aria-hidden />
    </Button>
  );
}
