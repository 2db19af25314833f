/** All HTTP routes beside health: the API, and the files of the web application. */
import { Hono, type Context, type MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import { errorOf, SYNC_PATH, YJS_PATH, type ErrorBody } from '@tandem/protocol';
import { PUBLIC_PATH } from '@tandem/protocol/public-pages';
import type { Authenticator } from '../accounts/authenticator.ts';
import { ApiError, errorBodyOf, HTTP_STATUS } from '../http/api-error.ts';
import type { Configuration } from '../configuration/configuration.ts';
import type { Log } from '../runtime/log.ts';
import type { ApiEnvironment } from './api-environment.ts';
import type { ApiRoutes } from './api-routes.ts';
import { apiTokenGuard } from './api-token-guard.ts';
import { robots } from './public-routes.ts';
import { ownPath } from './own-path.ts';
import { metricsRoute } from './metrics-route.ts';
import { LOOPBACK_NAMES, type OriginPolicy } from '../http/origin-policy.ts';
import { securityHeaders, type HeadersOf } from '../http/security-headers.ts';
import type { StaticFiles } from '../http/static-files.ts';

export interface ApplicationOptions {
  readonly configuration: Pick<Configuration, 'mode' | 'metricsToken' | 'allowsPublicPages'>;
  /** The routes of the API, below `/api`. */
  readonly routes: ApiRoutes;
  readonly authenticator: Authenticator;
  /** Below `/sign-in`: where other sites lead the browser back. */
  readonly signInPages: Hono<ApiEnvironment>;
  /** Below `/p`: pages on the web, for everyone. */
  readonly publicRoutes: Hono<ApiEnvironment>;
  /** Below `/unsubscribe`, which mails lead to. */
  readonly unsubscribePages: Hono<ApiEnvironment>;
  readonly files: StaticFiles;
  /** The database does not answer: requests fail at once, and a balancer tries another server. */
  readonly isCutOff: () => boolean;
  readonly originPolicy: OriginPolicy;
  readonly securityHeaders: HeadersOf;
  readonly readMetrics: () => Promise<string>;
  readonly log: Log;
}

export function createApplication(options: ApplicationOptions): Hono<ApiEnvironment> {
  const { configuration, routes, files, isCutOff, originPolicy, readMetrics, log } = options;
  const app = new Hono<ApiEnvironment>();
  app.use(securityHeaders(options.securityHeaders));

  app.get('/metrics', metricsRoute({ token: configuration.metricsToken, read: readMetrics }));

  const api = new Hono<ApiEnvironment>();
  api.use(async (context, next) => {
    await next();
    if (!context.res.headers.has('Cache-Control')) context.header('Cache-Control', 'no-store');
  });
  api.use(sameSite(originPolicy));
  api.use(async (_context, next) => {
    if (isCutOff()) throw new ApiError('storage-failed', { retryAfterMs: CUT_OFF_RETRY_MS });
    await next();
  });
  api.use(apiTokenGuard(options.authenticator));
  for (const route of routes) api.route('/', route);
  api.all('*', () => {
    throw new ApiError('not-found', { detail: 'There is nothing at this address of the API.' });
  });
  app.route('/api', api);

  // The proxy has renewed the session of everyone who gets here.
  app.route(SIGN_IN_PATH, options.signInPages);
  app.get(SIGN_IN_PATH, (context) => context.redirect(ownPath(context.req.query('to'))));

  app.route(PUBLIC_PATH, options.publicRoutes);
  app.get('/robots.txt', (context) => context.text(robots(configuration.allowsPublicPages)));
  app.route(UNSUBSCRIBE_PATH, options.unsubscribePages);

  const needsUpgrade = (): never => {
    throw new ApiError('version-unsupported', { detail: 'This address is a WebSocket.' });
  };
  app.all(SYNC_PATH, needsUpgrade);
  app.all(`${YJS_PATH}/*`, needsUpgrade);

  app.get('*', async (context) => {
    const answer = await files.answer(context);
    if (answer !== null) return answer;
    if (files.hasPage) throw new ApiError('not-found', { detail: 'There is no such file.' });
    return configuration.mode === 'development'
      ? toDevelopment(context)
      : context.text(NOT_BUILT, 404);
  });

  app.notFound((context) =>
    answerError(
      errorOf('not-found', { detail: 'There is nothing at this address.' }),
      context.req.path,
    ),
  );
  app.onError((error, context) => {
    const body = errorBodyOf(error);
    if (body === null)
      log.error(
        { err: error, method: context.req.method, path: routePath(context) },
        'a request failed',
      );
    const response = answerError(body ?? errorOf('internal'), context.req.path);
    if (body?.retryAfterMs !== undefined)
      response.headers.set('Retry-After', String(Math.ceil(body.retryAfterMs / 1000)));
    return response;
  });
  return app;
}

const CUT_OFF_RETRY_MS = 1_000;
const SIGN_IN_PATH = '/sign-in';
const UNSUBSCRIBE_PATH = '/unsubscribe';

const NOT_BUILT =
  'The web application is not built. Run "pnpm build", and start the server again.\n';
const DEVELOPMENT_PORT = 5173;

/**
 * In development the web application has its own port, on localhost unless configured otherwise.
 */
function toDevelopment(context: Context): Response {
  const { hostname, pathname, search } = new URL(context.req.url);
  if (LOOPBACK_NAMES.includes(hostname))
    return context.redirect(`http://${hostname}:${DEVELOPMENT_PORT}${pathname}${search}`);
  return context.text(
    `In development the application is at http://${hostname}:${DEVELOPMENT_PORT}, if it was started with "pnpm dev --host".\n`,
    404,
  );
}

function answerError(error: ErrorBody, path: string): Response {
  const headers = path.startsWith('/api') ? { 'Cache-Control': 'no-store' } : {};
  return Response.json({ error }, { status: HTTP_STATUS[error.code], headers });
}

/** CSRF check: other sites may not act for a signed-in user. Non-browser callers send no origin. */
function sameSite(originPolicy: OriginPolicy): MiddlewareHandler<ApiEnvironment> {
  return async (context, next) => {
    const { method } = context.req;
    const caller = { origin: context.req.header('Origin'), host: context.req.header('Host') };
    if (method !== 'GET' && method !== 'HEAD' && originPolicy(caller) === 'foreign') {
      throw new ApiError('forbidden', {
        detail: 'This page is from another site. Add its origin to ALLOWED_ORIGINS to let it in.',
      });
    }
    await next();
  };
}
