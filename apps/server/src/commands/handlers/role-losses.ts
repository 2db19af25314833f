/** What ends with a role: what its person had only by it, and nothing that they have otherwise (GR6). */
import { libraryKey } from '../../storage/channel-key.ts';
import { blankLost } from '../../storage/blanked-events.ts';
import { findAllListed } from '../../storage/library.ts';
import type { Membership } from '../../storage/member-roles.ts';
import { SHARED } from '../../storage/notifications.ts';
import type { HandlerContext } from '../handler.ts';
import { withdraw } from './notifications.ts';

/** After these roles have ended, and lists were changed. */
export async function forgetLost(
  context: HandlerContext,
  lost: readonly Membership[],
): Promise<void> {
  const { db } = context;
  for (const user of new Set(lost.map((of) => of.user))) {
    const documents = lost.filter((of) => of.user === user).map(({ document }) => document);
    for (const document of documents) await withdraw(context, { document, cause: SHARED }, user);
    await blankLost(db, {
      channel: libraryKey(user),
      lost: documents,
      findListed: (some) => findAllListed(db, { user, documents: some }),
    });
  }
}
