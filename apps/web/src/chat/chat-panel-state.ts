import { z } from 'zod';
import { Observable } from '../observable.ts';
import { deviceStorage } from '../session/device-storage.ts';

const KEY = 'chat-open';

/** Whether the chat stands beside the text on this device. */
export const chatBeside = new Observable(deviceStorage.read(KEY, z.boolean()) ?? false);

/** Whether it lies over the text, where there is no room beside it: never by itself. */
export const chatOver = new Observable(false);

export function setChatBeside(open: boolean): void {
  deviceStorage.write(KEY, open);
  chatBeside.set(open);
}
