/** The audit log, for administrators: AU7, AU8 in `storage/audit/README.md`. */
import { Hono } from 'hono';
import { auditQuery, MAX_AUDIT_PAGE, type AuditPage } from '@tandem/protocol/audit';
import type { Administrators } from '../accounts/administrators.ts';
import { ApiError } from '../http/api-error.ts';
import { documentsOf, findOwnTitles, hideIds, listAudit } from '../storage/audit/audit-log.ts';
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
      for (const entry of entries) {
        const { actor, person } = entry;
        if (actor !== null) people.add(actor);
        if (person !== null) people.add(person);
        for (const document of documentsOf(entry)) documents.add(document);
      }
      const { id: user } = context.var.user;
      const own = await findOwnTitles(db, { user, documents: [...documents] });
      const known = new Set(own.map(({ id }) => id));
      const answer: AuditPage = {
        entries: entries.map((entry) => hideIds(entry, known)),
        people: await findUsers(db, [...people]),
        documents: own,
        next,
      };
      return context.json(answer);
    },
  );
}
