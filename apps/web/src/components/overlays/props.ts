import type { LucideIcon } from 'lucide-react';
import type { ReactNode, RefObject } from 'react';

export type Align = 'start' | 'center' | 'end';

/** What Base UI tells about a change: here, whether it comes from the control that opens the popup. */
export interface ChangeDetails {
  readonly event: Event;
}

export interface PopupProps {
  readonly id: string;
  readonly open: boolean;
  readonly onOpenChange: (open: boolean, details: ChangeDetails) => void;
  readonly anchor: RefObject<HTMLElement | null>;
  readonly align: Align;
  readonly children: ReactNode;
}

export interface MenuItemProps {
  readonly icon?: LucideIcon;
  readonly children: ReactNode;
  readonly keys?: string;
  readonly onSelect: () => void;
  readonly tone?: 'plain' | 'bad';
}

export interface MenuSwitchProps {
  readonly icon: LucideIcon;
  readonly children: ReactNode;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}

export interface MenuChoiceProps<T extends string> {
  /** Null where the menu around the choices says it. */
  readonly label: string | null;
  readonly value: T;
  readonly options: readonly { readonly value: T; readonly label: string }[];
  readonly onChange: (value: T) => void;
}

export interface SubmenuProps {
  readonly icon: LucideIcon;
  readonly label: string;
  /** What is chosen in it. */
  readonly value?: string | undefined;
  readonly children: ReactNode;
}

export type DialogPlace = 'middle' | 'narrow' | 'left' | 'right' | 'panel';

export interface DialogProps {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly title: string;
  readonly titleIs?: 'shown' | 'visually-hidden';
  readonly place: DialogPlace;
  readonly children: ReactNode;
}
