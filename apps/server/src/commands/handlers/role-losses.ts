/** What ends with a role: what its person had only by it (GR6). */
import { blankEvents } from '../../storage/blanked-events.ts';
import { libraryKey } from '../../storage/channel-key.ts';
import { standingsIn } from '../../storage/roles.ts';
import type { Database } from '../../storage/tables.ts';
import { findListers, forgetUnopened, keepInside } from '../../storage/visits.ts';
import type { Membership } from '../../storage/member-roles.ts';
import { SHARED } from '../../storage/notifications.ts';
import type { HandlerContext } from '../handler.ts';
import { withdraw } from './notifications.ts';

/** Within the change of lists: what they never opened leaves them, and what is theirs inside it stays. */
export async function leaveLists(db: Database, lost: readonly Membership[]): Promise<void> {
  const left = [...(await forgetUnopened(db, lost))];
  const isForgotten = new Set(left.map(({ document, user }) => `${document} ${user}`));
  for (const document of new Set(lost.map((of) => of.document))) {
    const opened = lost.filter(
      (of) => of.document === document && !isForgotten.has(`${document} ${of.user}`),
    );
    const listers = new Set(
      await findListers(
        db,
        [document],
        opened.map(({ user }) => user),
      ),
    );
    if (listers.size === 0) continue;
    const standingOf = await standingsIn(db, document);
    left.push(...opened.filter(({ user }) => listers.has(user) && standingOf(user) === null));
  }
  await keepInside(db, left);
}

/** After that: words of what they lost are taken out of their stored events, and its share out of their inboxes. */
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
