/** Commands about the user's own notifications, which nobody else learns. */
import type { HandlerTable } from '../handler.ts';
import { see } from './notifications.ts';
import { DONE } from './outcomes.ts';

type InboxHandlers = Pick<HandlerTable, 'notification:see' | 'notification:see-all'>;

export const inboxHandlers: InboxHandlers = {
  async 'notification:see'(context, { notifications: ids }) {
    await see(context, context.user, { ids });
    return DONE;
  },

  async 'notification:see-all'(context, { until }) {
    await see(context, context.user, { until });
    return DONE;
  },
};
