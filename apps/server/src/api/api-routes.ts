/**
 * All routes of the API as a type. A group of routes that is not in it is not served, and the table of who may do
 * what over HTTP (`test/route-table.ts`) has a row for each route, or does not compile; so has the
 * table of what each does, takes and answers (`packages/protocol/src/openapi/routes.ts`).
 */
import type { ExtractSchema } from 'hono/types';
import type { accountRoutes } from './account-routes.ts';
import type { apiTokenRoutes } from './api-token-routes.ts';
import type { auditRoutes } from './audit-routes.ts';
import type { documentRoutes } from './document-routes.ts';
import type { fileRoutes } from './file-routes.ts';
import type { groupAdministrationRoutes } from './group-routes.ts';
import type { inboxRoutes } from './inbox-routes.ts';
import type { oidcRoutes } from './oidc-routes.ts';
import type { openApiRoutes } from './open-api-routes.ts';
import type { passkeyRoutes } from './passkey-routes.ts';
import type { peopleAdministrationRoutes } from './people-administration-routes.ts';
import type { peopleRoutes } from './people-routes.ts';
import type { searchRoutes } from './search-routes.ts';
import type { serverRoutes } from './server-routes.ts';
import type { sessionRoutes } from './session-routes.ts';
import type { webhookRoutes } from './webhook-routes.ts';

export type AccountRoutes = readonly [
  ReturnType<typeof accountRoutes>,
  ReturnType<typeof passkeyRoutes>,
  ReturnType<typeof apiTokenRoutes>,
  ReturnType<typeof webhookRoutes>,
  ReturnType<typeof oidcRoutes>['api'],
  ReturnType<typeof serverRoutes>,
  ReturnType<typeof auditRoutes>,
  ReturnType<typeof groupAdministrationRoutes>,
  ReturnType<typeof peopleAdministrationRoutes>,
];

export type ApiRoutes = readonly [
  ReturnType<typeof openApiRoutes>,
  ReturnType<typeof sessionRoutes>,
  ...AccountRoutes,
  ReturnType<typeof fileRoutes>,
  ReturnType<typeof documentRoutes>,
  ReturnType<typeof peopleRoutes>,
  ReturnType<typeof inboxRoutes>,
  ReturnType<typeof searchRoutes>,
];

type Addresses<S> = {
  [P in keyof S & string]: keyof S[P] extends infer M
    ? M extends `$${infer Method}`
      ? `${Uppercase<Method>} ${P}`
      : never
    : never;
}[keyof S & string];

/** Such as `GET /documents/:id`. */
export type RouteAddress = Addresses<ExtractSchema<ApiRoutes[number]>>;
