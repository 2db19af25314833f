/** A tree of documents, and what people have of it. */
import { readTreePage } from '../../../storage/library.ts';
import { findAccessEntry } from '../../../storage/roles.ts';
import { DOCUMENT, fixtureWithRoles, type Fixture } from './command-fixture.ts';

export const plan = DOCUMENT;
export const idOf = (name: string) => `${name}-with-a-long-identity`;
export const [tide, ebb, moon] = [idOf('tide'), idOf('ebb'), idOf('moon')];

export const create = (fixture: Fixture, user: string, document: string, parent?: string) =>
  fixture.do(user, { name: 'document:create', input: { document, title: document, parent } });

export const move = (
  fixture: Fixture,
  user: string,
  document: string,
  parent: string | null,
  position = 'a5',
) => fixture.run(user, { name: 'document:move', input: { document, parent, position } });

export const childrenOf = async ({ db }: Fixture, user: string, parent: string | null) =>
  (await readTreePage(db, user, { parent })).documents.map(({ id }) => id);

export const roleIn = async ({ db }: Fixture, user: string, document: string) =>
  (await findAccessEntry(db, { document, user }))?.role ?? null;

/** Ada’s plan, which Ed edits and Vi views, contains Ada’s tide, in which Ed made ebb. */
export async function fixtureWithTree(): Promise<Fixture> {
  const fixture = await fixtureWithRoles();
  await fixture.do('ada', { name: 'link:change', input: { document: plan, link: 'off' } });
  await create(fixture, 'ada', tide, plan);
  await create(fixture, 'ed', ebb, tide);
  await create(fixture, 'ed', moon);
  await fixture.do('ed', { name: 'link:change', input: { document: moon, link: 'off' } });
  return fixture;
}
