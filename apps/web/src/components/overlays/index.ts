/** Everything that floats above the page. Base UI is as large as React, and not needed before the first click. */
export { DialogPopup } from './dialog-popup.tsx';
export { MenuChoice, MenuItem, MenuLine, MenuPopup, MenuSwitch, Submenu } from './menu-popup.tsx';
export { PopoverPopup } from './popover-popup.tsx';
export { TooltipPopup } from './tooltip-popup.tsx';
