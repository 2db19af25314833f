/**
 * The routes of the HTTP API, by method and address below `/api`: what each does, takes and answers, and what an API
 * token needs for it. The server's routes, the OpenAPI document and the reference of the guide are checked against this
 * table or made of it; a route that is missing here does not compile.
 */
import { ACCOUNT_ROUTES } from './account-routes.ts';
import { DOCUMENT_ROUTES } from './document-routes.ts';
import type { RouteDescription } from './route-description.ts';
import { SERVER_ROUTES } from './server-routes.ts';

export type { RouteDescription, RouteScope } from './route-description.ts';

const ROUTE_TABLE = { ...DOCUMENT_ROUTES, ...ACCOUNT_ROUTES, ...SERVER_ROUTES } as const;

export type DescribedRoute = keyof typeof ROUTE_TABLE;

export const ROUTES: { readonly [A in DescribedRoute]: RouteDescription } = ROUTE_TABLE;
