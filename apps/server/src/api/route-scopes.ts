/** What an API token needs for each route (AT4), by the descriptions of routes. */
import { ROUTES, type DescribedRoute, type RouteScope } from '@tandem/protocol/openapi';
import type { RouteAddress } from './api-routes.ts';

type Scopes = { readonly [A in RouteAddress]: { readonly scope: RouteScope } };

/** A route without a description does not compile. */
const DESCRIBED: Scopes = ROUTES;
/** Nor does a description without a route. */
const SCOPES = DESCRIBED satisfies { readonly [A in DescribedRoute]: unknown };

/** `never` also for an address that nobody has described. */
export function scopeOf(address: string): RouteScope {
  return Object.hasOwn(SCOPES, address) ? SCOPES[address as RouteAddress].scope : 'never';
}
