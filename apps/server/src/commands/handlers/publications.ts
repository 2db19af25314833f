/** Commands about documents on the web: PB1 to PB4, PB6 and PB9 of PROTOCOL.md. */
import { randomBytes } from 'node:crypto';
import type { Publication } from '@tandem/protocol';
import { PUBLIC_PAGES } from '../../limits.ts';
import { sharingKey } from '../../storage/channel-key.ts';
import {
  addPublication,
  countPublicationsOf,
  findPublisher,
  readPublication,
  removePublication,
  removePublicationsIn,
  setIndexed,
} from '../../storage/publications.ts';
import { findUser } from '../../storage/users.ts';
import type { HandlerContext, HandlerTable } from '../handler.ts';
import { refuseAdministration } from './acting-administrator.ts';
import { authorize } from './authorize.ts';
import { DONE, forbidden, notFound } from './outcomes.ts';

type PublicationHandlers = Pick<
  HandlerTable,
  'document:publish' | 'publication:change' | 'document:unpublish' | 'publication:take-down'
>;

export const publicationHandlers: PublicationHandlers = {
  async 'document:publish'(context, { document }) {
    const { db, user, at } = context;
    const permission = await authorized(context, document);
    if (permission.kind === 'refused') return permission;
    if (!context.allowsPublicPages) return forbidden('no-public-pages');
    const row = await findUser(db, user);
    if (row === undefined || row.registered_at === null) return forbidden('publish-account-first');
    if (permission.entry.document.kind !== 'page') return forbidden('no-page');
    if ((await readPublication(db, document)) !== null) return DONE;
    if ((await countPublicationsOf(db, user)) >= PUBLIC_PAGES.maxPerPerson)
      return forbidden('too-many-publications');
    const id = randomBytes(PUBLIC_PAGES.idBytes).toString('hex');
    await addPublication(db, { document, id, by: user, at });
    announce(context, document, { id, isIndexed: false });
    context.audit({ action: 'document:published', document, detail: {} });
    return DONE;
  },

  async 'publication:change'(context, { document, isIndexed }) {
    const { db } = context;
    const permission = await authorized(context, document);
    if (permission.kind === 'refused') return permission;
    const publication = await readPublication(db, document);
    // Another owner has unpublished it: this change does not put it back.
    if (publication === null) return forbidden('not-published');
    if (publication.isIndexed === isIndexed) return DONE;
    await setIndexed(db, document, isIndexed);
    announce(context, document, { ...publication, isIndexed });
    context.audit({ action: 'publication:changed', document, detail: { isIndexed } });
    return DONE;
  },

  /** Also where the operator has turned public pages off meanwhile. */
  async 'document:unpublish'(context, { document }) {
    const { db } = context;
    const permission = await authorized(context, document);
    if (permission.kind === 'refused') return permission;
    if ((await readPublication(db, document)) === null) return DONE;
    await removePublication(db, document);
    announce(context, document, null);
    context.audit({ action: 'document:unpublished', document, detail: {} });
    return DONE;
  },

  async 'publication:take-down'(context, { publication, by }) {
    const { db } = context;
    const refused = await refuseAdministration(context, by);
    if (refused !== null) return refused;
    const found = await findPublisher(db, publication);
    if (found === null) return notFound('publication');
    const { document, publishedBy: person } = found;
    await removePublication(db, document);
    announce(context, document, null);
    context.audit({ action: 'publication:taken-down', document, person, detail: {} });
    return DONE;
  },
};

/** Takes a document off the web, and what is inside it (PB6). */
export async function endPublications(
  context: Pick<HandlerContext, 'db' | 'publish'>,
  document: string,
): Promise<void> {
  for (const each of await removePublicationsIn(context.db, document))
    announce(context, each, null);
}

const authorized = (context: Pick<HandlerContext, 'db' | 'user'>, document: string) =>
  authorize(context, { document, action: 'share', otherwise: 'not-your-publication' });

function announce(
  { publish }: Pick<HandlerContext, 'publish'>,
  document: string,
  publication: Publication | null,
): void {
  publish(sharingKey(document), { name: 'publication:changed', publication });
}
