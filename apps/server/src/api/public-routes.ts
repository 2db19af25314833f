/**
 * Pages on the web, for everyone: PB1 to PB10 of PROTOCOL.md. They are not of the API: people and search engines read
 * them, without a session, so that problems are pages with a sentence, too.
 */
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { Hono, type Context } from 'hono';
import { PAGE_STYLES, SPACE_STYLE, toHtmlPage } from '@tandem/document';
import { fileId } from '@tandem/protocol';
import { PUBLIC_PATH, publicationIn, publicPagePath } from '@tandem/protocol/public-pages';
import { siteOf } from '../accounts/sign-in-rate.ts';
import type { PublicPages } from '../documents/public-pages.ts';
import type { FileDownloads } from '../files/file-downloads.ts';
import { FILES } from '../files/limits.ts';
import { SITE_ICON, type PublicPage } from '../history/public-page.ts';
import { errorBodyOf, HTTP_STATUS } from '../http/api-error.ts';
import type { HeadersOf } from '../http/security-headers.ts';
import type { Clock } from '../runtime/clock.ts';
import type { KeyedRateLimiter } from '../runtime/keyed-rate-limiter.ts';
import type { Log } from '../runtime/log.ts';
import { SharedAnswers } from '../runtime/shared-answers.ts';
import { findFile } from '../storage/files.ts';
import { findPublished, type PublishedDocument } from '../storage/publications.ts';
import type { Database } from '../storage/tables.ts';
import type { ApiEnvironment } from './api-environment.ts';
import { answerFile, isKnown } from './file-answer.ts';
import { PageTransfers } from './page-transfers.ts';

export interface PublicRoutesOptions {
  readonly db: Database;
  /** Null: the operator wants none (PB9). */
  readonly pages: PublicPages | null;
  /** Null: this server has no files. */
  readonly downloads: FileDownloads | null;
  /** By network. */
  readonly rates: { readonly pages: KeyedRateLimiter; readonly files: KeyedRateLimiter };
  readonly addressOf: (request: IncomingMessage) => string | null;
  readonly isCutOff: () => boolean;
  readonly securityHeaders: HeadersOf;
  readonly clock: Clock;
  readonly log: Pick<Log, 'error'>;
}

const sha256 = (text: string): string =>
  `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** No script, no frame, no form, and nothing from elsewhere, whatever the text is (PB3). */
const POLICY = [
  "default-src 'none'",
  "img-src 'self'",
  // By their hashes: a style that the text brought along would do nothing.
  `style-src ${sha256(PAGE_STYLES)} 'unsafe-hashes' ${sha256(SPACE_STYLE)}`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

type PublicContext = Context<ApiEnvironment>;

export function publicRoutes(options: PublicRoutesOptions) {
  const { db, pages, downloads, rates, isCutOff, securityHeaders, clock, log } = options;
  const transfers = new PageTransfers(clock);

  const networkOf = (context: PublicContext): string | null => {
    const address = options.addressOf(context.env.incoming);
    return address === null ? null : siteOf(address);
  };

  /** Readers behind a proxy that passes on no address are not limited as one (PB8). */
  const mayAsk = (network: string | null, rate: KeyedRateLimiter): boolean =>
    network === null || rate.tryTake(network);

  const find = async (context: PublicContext): Promise<PublishedDocument | null> => {
    const id = publicationIn(context.req.param('address') ?? '');
    return id === null || pages === null ? null : await findPublished(db, id);
  };

  const readPage = async (
    context: PublicContext,
  ): Promise<{ readonly published: PublishedDocument; readonly page: PublicPage } | null> => {
    const before = await find(context);
    if (before === null || pages === null) return null;
    const page = await pages.read(before);
    if (page === null) return null;
    // It may have been taken off, or kept from search engines, while the page was made (PB4, PB6).
    const published = await find(context);
    return published === null ? null : { published, page };
  };

  const checks = new SharedAnswers<boolean>({
    sharedMs: FILES.sharedCheckMs,
    maxEntries: FILES.maxSharedChecks,
    clock,
  });
  /** Asked again and again while bytes move: once for all transfers of a publication (PB6). */
  const isStillPublished =
    ({ id }: PublishedDocument) =>
    (): Promise<boolean> =>
      checks.ask(id, async () => (await findPublished(db, id)) !== null);

  const routes = new Hono<ApiEnvironment>()
    .get('/:address', async (context) => {
      if (isCutOff()) return problem(context, 503);
      const network = networkOf(context);
      if (!mayAsk(network, rates.pages)) return problem(context, 429);
      const found = await readPage(context);
      if (found === null) return problem(context, 404);
      const { page, published } = found;
      const own = publicPagePath(published.id, published.title);
      // The words before the id are the title's, and not those of the person who has made the link.
      if (own !== `${PUBLIC_PATH}/${encodeURIComponent(context.req.param('address'))}`) {
        context.header('Cache-Control', 'no-store');
        return context.redirect(own);
      }
      const headers = {
        'Content-Type': 'text/html; charset=utf-8',
        'Content-Security-Policy': POLICY,
        // Kept, and asked about at each view, so that what is unpublished is gone at once (PB6).
        'Cache-Control': 'public, no-cache',
        // Weak: the bytes differ with the encoding.
        ETag: `W/"${page.hash}"`,
        Vary: 'Accept-Encoding',
        ...robotsHeader(published),
      };
      if (isKnown(context, `"${page.hash}"`)) return context.body(null, 304, headers);
      const isCompressed = acceptsGzip(context.req.header('Accept-Encoding') ?? '');
      const bytes = isCompressed ? page.gzip : page.html;
      const all = {
        ...headers,
        ...(isCompressed ? { 'Content-Encoding': 'gzip' } : {}),
        'Content-Length': String(bytes.length),
      };
      if (context.req.method === 'HEAD') return context.body(null, 200, all);
      const refusal = transfers.refusalOf({ bytes, network });
      if (refusal !== null) return problem(context, refusal === 'network-full' ? 429 : 503);
      // The answer of the framework would copy the bytes for each reader.
      const { outgoing } = context.env as { readonly outgoing: ServerResponse };
      outgoing.writeHead(200, { ...securityHeaders(context.env.incoming.headers), ...all });
      transfers.send(outgoing, { bytes, network, isAllowed: isStillPublished(published) });
      return RESPONSE_ALREADY_SENT;
    })
    .get('/:address/files/:file', async (context) => {
      if (isCutOff()) return problem(context, 503);
      const network = networkOf(context);
      if (!mayAsk(network, rates.files)) return problem(context, 429);
      const id = fileId.safeParse(context.req.param('file'));
      const found = id.success && downloads !== null ? await readPage(context) : null;
      // Only what the page shows: what was taken out of the text is not public any more (PB7).
      if (found === null || !found.page.files.includes(id.data ?? '')) return problem(context, 404);
      const { published } = found;
      const file = await findFile(db, { document: published.document, id: id.data ?? '' });
      if (file === null || downloads === null) return problem(context, 404);
      return await answerFile(context, {
        // The page shows no name of an image (PB2), and gives that of another file to the link.
        ...{ file: { ...file, name: '' }, downloads, securityHeaders },
        user: network === null ? null : `public ${network}`,
        isAllowed: isStillPublished(published),
        headers: { 'Cache-Control': 'public, no-cache', ...robotsHeader(published) },
      });
    })
    .all('*', (context) => problem(context, mayAsk(networkOf(context), rates.pages) ? 404 : 429));

  routes.onError((error, context) => {
    const body = errorBodyOf(error);
    if (body === null) log.error({ err: error }, 'a public page failed');
    const status = body === null ? 500 : HTTP_STATUS[body.code];
    return problem(context, status === 404 || status === 429 || status === 503 ? status : 500);
  });
  return routes;
}

/** Search engines have to read a page to learn that they may not list it, so that all of them may be read (PB4). */
export function robots(hasPages: boolean): string {
  return `User-agent: *\n${hasPages ? 'Allow: /p/\n' : ''}Disallow: /\n`;
}

function robotsHeader({ isIndexed }: PublishedDocument): Readonly<Record<string, string>> {
  return isIndexed ? {} : { 'X-Robots-Tag': 'noindex' };
}

/** Not where it is refused, with the weight 0. */
function acceptsGzip(header: string): boolean {
  return header
    .split(',')
    .some((part) => /^\s*gzip\s*(?:;\s*q=(?!0(?:\.0*)?\s*$).*)?$/i.test(part));
}

const PROBLEMS = {
  /** The same for a page that was unpublished, is in the trash, or never was (PB6). */
  404: {
    title: 'This page is not here',
    text: 'It is not on the web, or not any more. Check the address, or ask the person who gave it to you.',
  },
  429: {
    title: 'A moment, please',
    text: 'Many pages were asked for from your network. Nothing is lost. Wait a few seconds and load this page again.',
  },
  500: {
    title: 'This page cannot be shown',
    text: 'The server failed to read it. Nothing is lost. Try again later, or tell the person who gave you the address.',
  },
  503: {
    title: 'A moment, please',
    text: 'The server cannot read this page right now. Nothing is lost. Load it again in a few seconds.',
  },
} as const;

const RETRY_AFTER_S = '2';

function problem(context: PublicContext, status: keyof typeof PROBLEMS): Response {
  const { title, text } = PROBLEMS[status];
  const meta = [['robots', 'noindex']] as const;
  const blocks = [{ type: 'textBlock', content: [{ type: 'text', text }] }] as const;
  const page = { title, language: 'en', meta, policy: null, icon: SITE_ICON };
  return context.body(toHtmlPage(blocks, page), status, {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': POLICY,
    'Cache-Control': 'no-store',
    'X-Robots-Tag': 'noindex',
    ...(status === 429 || status === 503 ? { 'Retry-After': RETRY_AFTER_S } : {}),
  });
}
