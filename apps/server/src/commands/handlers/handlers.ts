import type { HandlerTable } from '../handler.ts';
import { chatHandlers } from './chat.ts';
import { documentHandlers } from './documents.ts';
import { profileHandlers } from './profile.ts';
import { sharingHandlers } from './sharing.ts';

export const HANDLERS: HandlerTable = {
  ...documentHandlers,
  ...sharingHandlers,
  ...profileHandlers,
  ...chatHandlers,
};
