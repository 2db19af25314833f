/** Hands each request to the gateway, and what is not for it to the application. */
import { getRequestListener } from '@hono/node-server';
import type { ErrorBoundary } from '../runtime/error-boundary.ts';
import type { Cors } from './cors.ts';
import type { HttpHandlers } from './http-listener.ts';

export interface RequestTargets {
  readonly cors: Cors;
  readonly gateway: {
    /** @returns false for a request that is not for the gateway. */
    request(...parameters: Parameters<HttpHandlers['request']>): boolean;
    upgrade(...parameters: Parameters<HttpHandlers['upgrade']>): void;
  };
  readonly application: { readonly fetch: Parameters<typeof getRequestListener>[0] };
  readonly errors: ErrorBoundary;
}

export function createRequestHandlers({
  cors,
  gateway,
  application,
  errors,
}: RequestTargets): Pick<HttpHandlers, 'request' | 'upgrade'> {
  const answerApi = getRequestListener(application.fetch, { overrideGlobalObjects: false });
  return {
    request(request, response) {
      const fields = { method: request.method };
      const isDone = errors.run('request', fields, () => {
        if (cors(request, response) || gateway.request(request, response)) return;
        Promise.resolve(answerApi(request, response)).catch((error: unknown) => {
          errors.report('request', fields, error);
          response.destroy();
        });
      });
      if (!isDone) response.destroy();
    },
    upgrade(request, stream, head) {
      const isDone = errors.run('request', { method: 'upgrade' }, () =>
        gateway.upgrade(request, stream, head),
      );
      if (!isDone) stream.destroy();
    },
  };
}
