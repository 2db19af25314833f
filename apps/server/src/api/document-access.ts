/** What the caller may do in the document of an address. */
import type { Context } from 'hono';
import { can, documentId, type Action } from '@tandem/protocol';
import { ApiError } from '../http/api-error.ts';
import { findAccessEntry, type AccessEntry } from '../storage/roles.ts';
import type { Database } from '../storage/tables.ts';
import type { ApiEnvironment } from './api-environment.ts';

/** @throws ApiError */
export function documentIn(address: string | undefined): string {
  const id = documentId.safeParse(address);
  if (!id.success) throw new ApiError('not-found');
  return id.data;
}

/** @throws ApiError `not-found`, or `forbidden` with `detail` */
export async function requireAccess(
  db: Database,
  context: Context<ApiEnvironment>,
  { action, detail }: { readonly action: Action; readonly detail?: string },
): Promise<AccessEntry> {
  const document = documentIn(context.req.param('id'));
  const entry = await findAccessEntry(db, { document, user: context.get('user').id });
  if (entry === null) throw new ApiError('not-found');
  if (!can(entry, action)) throw new ApiError('forbidden', detail === undefined ? {} : { detail });
  return entry;
}
