/** Commands about the person who gives them. */
import { libraryKey } from '../../channels/channel-key.ts';
import { toUser, updateProfile } from '../../database/users.ts';
import type { HandlerTable } from '../handler.ts';
import { notFound } from './outcomes.ts';

export const profileHandlers: Pick<HandlerTable, 'profile:change'> = {
  async 'profile:change'({ db, user, publish }, patch) {
    const row = await updateProfile(db, user, patch);
    if (row === undefined) return notFound('person');
    publish(libraryKey(user), { name: 'profile:changed', user: toUser(row) });
    return { kind: 'done', effects: [{ kind: 'profile-changed', user }] };
  },
};
