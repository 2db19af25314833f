/** Asks the policy whether the user of a command may do what it wants with a document. */
import { can, type Action } from '@tandem/protocol';
import { findAccessEntry, type AccessEntry } from '../../storage/roles.ts';
import type { HandlerContext } from '../handler.ts';
import { forbidden, notFound, type ForbiddenReason, type Refused } from './outcomes.ts';

type Authorized = { readonly kind: 'authorized'; readonly entry: AccessEntry };

/** @param otherwise the refusal of a person whose role does not allow the action. */
export async function authorize(
  { db, user }: Pick<HandlerContext, 'db' | 'user'>,
  request: {
    readonly document: string;
    readonly action: Action;
    readonly otherwise: ForbiddenReason;
  },
): Promise<Authorized | Refused> {
  const entry = await findAccessEntry(db, { document: request.document, user });
  if (entry === null) return notFound('document');
  if (can(entry, request.action)) return { kind: 'authorized', entry };
  if (entry.role !== 'owner') return forbidden(request.otherwise);
  return forbidden(entry.lifecycle === 'trashed' ? 'in-trash' : 'not-in-trash');
}
