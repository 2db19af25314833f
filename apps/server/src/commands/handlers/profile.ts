/** Commands that change their author's profile. */
import { chatKey, commentsKey, libraryKey, sharingKey } from '../../storage/channel-key.ts';
import { findParticipations } from '../../storage/messages.ts';
import { findSharedWith } from '../../storage/sharing.ts';
import { toUser, updateProfile } from '../../storage/users.ts';
import type { HandlerTable } from '../handler.ts';
import { notFound } from './outcomes.ts';

export const profileHandlers: Pick<HandlerTable, 'profile:change'> = {
  async 'profile:change'({ db, user, publish }, patch) {
    const row = await updateProfile(db, user, patch);
    if (row === undefined) return notFound('person');
    const event = { name: 'profile:changed', user: toUser(row) } as const;
    publish(libraryKey(user), event);
    for (const { document, channel } of await findParticipations(db, user))
      publish(channel === 'chat' ? chatKey(document) : commentsKey(document), event);
    for (const document of await findSharedWith(db, user)) publish(sharingKey(document), event);
    return { kind: 'done', effects: [{ kind: 'profile-changed', user }] };
  },
};
