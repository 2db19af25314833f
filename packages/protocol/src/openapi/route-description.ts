/** How the table of routes describes one. */
import * as z from 'zod/mini';
import { type ApiScope } from '../api-tokens.ts';

/**
 * - `any`: every token
 * - `never`: no token, because the route is about sessions, accounts, profiles or the server
 */
export type RouteScope = ApiScope | 'any' | 'never';

export interface QueryParameter {
  readonly about: string;
  readonly schema: z.ZodMiniType;
  readonly isRequired?: true;
}

export interface RouteDescription {
  readonly summary: string;
  readonly scope: RouteScope;
  /** Nobody has to be signed in. */
  readonly isOpen?: true;
  readonly query?: Readonly<Record<string, QueryParameter>>;
  /** `bytes`: a file as it is. */
  readonly body?: z.ZodMiniType | 'bytes' | 'markdown';
  readonly isBodyOptional?: true;
  readonly answer: z.ZodMiniType | 'bytes' | 'json' | 'markdown' | 'nothing';
}
