/** `/metrics`, for holders of the token: server internals are the operator's business. */
import type { Handler } from 'hono';
import { EXPOSITION_TYPE } from '../metrics/instruments.ts';
import { ApiError } from '../http/api-error.ts';
import { bearerCheck } from '../http/bearer-token.ts';

export interface MetricsRouteOptions {
  /** Null: responds as for an unknown path. */
  readonly token: string | null;
  readonly read: () => Promise<string>;
}

export function metricsRoute({ token, read }: MetricsRouteOptions): Handler {
  const mayRead = bearerCheck(token);
  return async (context) => {
    if (token === null) {
      throw new ApiError('not-found', {
        detail: 'Metrics are served when METRICS_TOKEN is set on the server.',
      });
    }
    if (!mayRead(context.req.header('Authorization'))) {
      throw new ApiError('unauthenticated', {
        detail: 'Metrics are for anyone who has METRICS_TOKEN, as a bearer token.',
      });
    }
    return context.body(await read(), 200, {
      'Content-Type': EXPOSITION_TYPE,
      'Cache-Control': 'no-store',
    });
  };
}
