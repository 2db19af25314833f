/** What an API token needs for each route (AT4). A route without a row does not compile. */
import type { ApiScope } from '@tandem/protocol/api-tokens';
import type { RouteAddress } from './api-routes.ts';

/**
 * - `any`: every token
 * - `never`: no token, because the route is about sessions, accounts, profiles or the server
 */
export type RouteScope = ApiScope | 'any' | 'never';

export const ROUTE_SCOPES: { readonly [A in RouteAddress]: RouteScope } = {
  'GET /documents': 'documents:read',
  'GET /documents/tree': 'documents:read',
  'POST /documents': 'documents:write',
  'GET /documents/:id': 'documents:read',
  'PATCH /documents/:id': 'documents:write',
  'GET /documents/:id/path': 'documents:read',
  'GET /documents/:id/visit': 'documents:read',
  'DELETE /documents/:id/visit': 'documents:write',
  'GET /documents/:id/chat': 'documents:read',
  'GET /documents/:id/history': 'history:read',
  'GET /documents/:id/history/authors': 'history:read',
  'GET /documents/:id/history/state': 'history:read',
  'GET /documents/:id/history/rows': 'history:read',
  'GET /documents/:id/files': 'documents:read',
  'PUT /documents/:id/files/:file': 'documents:write',
  'GET /documents/:id/files/:file': 'documents:read',
  'POST /documents/:id/files/:file/copy': 'documents:write',
  'DELETE /documents/:id/files/:file': 'documents:write',

  'GET /me': 'any',
  'PATCH /me': 'never',
  'GET /people': 'never',
  'GET /notifications': 'notifications:read',
  'GET /search': 'search:read',

  'POST /session': 'never',
  'POST /session/end': 'never',
  'GET /account': 'never',
  'GET /account/options': 'never',
  'POST /account/sign-up': 'never',
  'POST /account/sign-in': 'never',
  'POST /account/password': 'never',
  'POST /account/oidc': 'never',
  'POST /account/reset': 'never',
  'POST /account/reset/finish': 'never',
  'POST /account/verification': 'never',
  'POST /account/verification/finish': 'never',
  'POST /account/confirm': 'never',
  'POST /account/identities/remove': 'never',
  'GET /account/sessions': 'never',
  'POST /account/sessions/end': 'never',
  'POST /account/guest': 'never',
  'GET /account/tokens': 'never',
  'POST /account/tokens': 'never',
  'POST /account/tokens/end': 'never',
  'GET /server': 'never',
  'PATCH /server': 'never',
  'POST /server/invitations': 'never',
  'POST /server/invitations/end': 'never',
};
