/** Commands about named versions, for everyone who sees the history (PO6). */
import { versionsKey } from '../../storage/channel-key.ts';
import { addVersion, deleteVersion, renameVersion } from '../../storage/history/named-versions.ts';
import type { HandlerTable } from '../handler.ts';
import { authorize } from './authorize.ts';
import { DONE, forbidden, notFound } from './outcomes.ts';

type VersionHandlers = Pick<HandlerTable, 'version:name' | 'version:rename' | 'version:delete'>;

const access = { action: 'history', otherwise: 'only-editors-name-versions' } as const;

export const versionHandlers: VersionHandlers = {
  async 'version:name'(context, { document, offset, title }) {
    const { db, user, command: id, at, publish } = context;
    const permission = await authorize(context, { document, ...access });
    if (permission.kind === 'refused') return permission;
    const version = { id, offset, title, by: user, at };
    const outcome = await addVersion(db, { document, ...version });
    if (outcome === 'full') return forbidden('too-many-versions');
    if (outcome === 'gone') return forbidden('moment-joined');
    publish(versionsKey(document), { name: 'version:named', version });
    return DONE;
  },

  async 'version:rename'(context, { document, version, title }) {
    const permission = await authorize(context, { document, ...access });
    if (permission.kind === 'refused') return permission;
    if (!(await renameVersion(context.db, { document, id: version, title })))
      return notFound('version');
    context.publish(versionsKey(document), { name: 'version:renamed', version, title });
    return DONE;
  },

  async 'version:delete'(context, { document, version }) {
    const permission = await authorize(context, { document, ...access });
    if (permission.kind === 'refused') return permission;
    if (!(await deleteVersion(context.db, { document, id: version }))) return DONE;
    context.publish(versionsKey(document), { name: 'version:deleted', version });
    return DONE;
  },
};
