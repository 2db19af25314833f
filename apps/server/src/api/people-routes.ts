/** Finds people the user has met, to add them to a document. */
import { Hono } from 'hono';
import { librarySearch, type MetPeople } from '@tandem/protocol';
import { findMetPeople } from '../storage/people.ts';
import { ApiError } from '../http/api-error.ts';
import { signedIn, type ApiEnvironment, type ApiServices } from './api-environment.ts';

export function peopleRoutes(services: ApiServices): Hono<ApiEnvironment> {
  return new Hono<ApiEnvironment>().use(signedIn(services)).get('/', async (context) => {
    const search = librarySearch.safeParse(context.req.query('search') ?? '');
    if (!search.success) throw new ApiError('bad-message', { detail: '"search" is a short text.' });
    const people = await findMetPeople(services.db, context.get('user').id, search.data);
    return context.json({ people } satisfies MetPeople);
  });
}
