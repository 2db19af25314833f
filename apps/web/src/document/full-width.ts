import { z } from 'zod';
import { Observable } from '../observable.ts';
import { deviceStorage } from '../session/device-storage.ts';

const KEY = 'full-width';

/** Whether documents use the whole window on this device. */
export const fullWidth = new Observable(deviceStorage.read(KEY, z.boolean()) ?? false);

export function setFullWidth(wide: boolean): void {
  deviceStorage.write(KEY, wide);
  fullWidth.set(wide);
}
