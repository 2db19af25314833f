import { Observable } from '../observable.ts';

/** Whether the drawer of unconfirmed work is open; it can be asked for from anywhere. */
export const unconfirmedDrawer = new Observable(false);

export function openUnconfirmedDrawer(): void {
  unconfirmedDrawer.set(true);
}
