/** Whether pages are as wide as the window, on this device. */
import * as z from 'zod/mini';
import { Observable } from '../runtime/observable.ts';
import { deviceStorage } from '../session/device-storage.ts';

const KEY = 'full-width';

export const fullWidth = new Observable(deviceStorage.read(KEY, z.boolean()) ?? false);

export function setFullWidth(wide: boolean): void {
  deviceStorage.write(KEY, wide);
  fullWidth.set(wide);
}
