/** What ends with a role: what its person had only by it (GR6). */
import { blankEvents } from '../../storage/blanked-events.ts';
import { libraryKey } from '../../storage/channel-key.ts';
import { findListers } from '../../storage/visits.ts';
import type { Membership } from '../../storage/member-roles.ts';
import { SHARED } from '../../storage/notifications.ts';
import type { HandlerContext } from '../handler.ts';
import { withdraw } from './notifications.ts';

/**
 * After these people lost a role, and lists were changed: they are not told of the document any more, also when they come
 * back to events that they have not heard.
 */
export async function forgetLost(
  context: HandlerContext,
  lost: readonly Membership[],
): Promise<void> {
  const { db } = context;
  for (const document of new Set(lost.map((of) => of.document))) {
    const users = lost.filter((of) => of.document === document).map(({ user }) => user);
    await withdraw(context, { document, cause: SHARED }, users);
    const listers = new Set(await findListers(db, [document], users));
    const channels = users.filter((user) => !listers.has(user)).map(libraryKey);
    await blankEvents(db, { document, channels });
  }
}
