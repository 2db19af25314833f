/** The audit log, for administrators: AU7, AU8 in `storage/audit/README.md`. */
import { Hono } from 'hono';
import { auditQuery, MAX_AUDIT_PAGE, type AuditPage } from '@tandem/protocol/audit';
import type { Administrators } from '../accounts/administrators.ts';
import { ApiError } from '../http/api-error.ts';
import { findReadableTitles, listAudit } from '../storage/audit/audit-log.ts';
import type { Database } from '../storage/tables.ts';
import { findUsers } from '../storage/users.ts';
import { administratorGuard } from './administrator-guard.ts';
import type { ApiEnvironment, SignedInMiddleware } from './api-environment.ts';

export interface AuditRoutesOptions {
  readonly db: Database;
  readonly administrators: Administrators;
  readonly signedIn: SignedInMiddleware;
}

export function auditRoutes({ db, administrators, signedIn }: AuditRoutesOptions) {
  return new Hono<ApiEnvironment>().get(
    '/server/audit',
    signedIn,
    administratorGuard(administrators),
    async (context) => {
      const query = auditQuery.safeParse(context.req.query());
      if (!query.success)
        throw new ApiError('bad-message', {
          detail: 'These filters of the audit log are not known.',
        });
      const { entries, next } = await listAudit(db, query.data, MAX_AUDIT_PAGE);
      const people = new Set<string>();
      const documents = new Set<string>();
      for (const { actor, person, document } of entries) {
        if (actor !== null) people.add(actor);
        if (person !== null) people.add(person);
        if (document !== null) documents.add(document);
      }
      const { id: user } = context.var.user;
      const answer: AuditPage = {
        entries: [...entries],
        people: await findUsers(db, [...people]),
        documents: await findReadableTitles(db, { user, documents: [...documents] }),
        next,
      };
      return context.json(answer);
    },
  );
}
