/**
 * Serves the built web application. Files are listed at the start, so no path can leave the folder, and text is
 * compressed once. Paths of the application answer with its page.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Context } from 'hono';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.txt': 'text/plain; charset=utf-8',
  '.map': 'application/json',
  '.woff2': 'font/woff2',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
};

const COMPRESSIBLE = /^(text\/|image\/svg|application\/(json|manifest))/;
const BROTLI_QUALITY = 6;
const DOCUMENT_PATH = '/d/';

type Encoding = 'br' | 'gzip' | 'identity';

interface Asset {
  readonly path: string;
  readonly type: string;
  readonly cache: string;
  readonly bodies: Map<Encoding, Promise<Body>>;
}

interface Body {
  readonly bytes: Buffer<ArrayBuffer>;
  readonly etag: string;
}

export class StaticFiles {
  readonly #assets: ReadonlyMap<string, Asset>;

  private constructor(assets: ReadonlyMap<string, Asset>) {
    this.#assets = assets;
  }

  /** Serves nothing when the folder does not exist. */
  static async load(folder: string): Promise<StaticFiles> {
    const assets = new Map<string, Asset>();
    const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      const url = path.slice(folder.length).split(sep).join('/').replace(/^\/?/, '/');
      const type = TYPES[extname(entry.name)] ?? 'application/octet-stream';
      // Names under assets/ contain a hash of the content.
      const cache = url.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache';
      assets.set(url, { path, type, cache, bodies: new Map() });
    }
    return new StaticFiles(assets);
  }

  get hasPage(): boolean {
    return this.#assets.has('/index.html');
  }

  async answer(context: Context): Promise<Response | null> {
    const asset = this.#find(context);
    if (asset === undefined) return null;
    const encoding = COMPRESSIBLE.test(asset.type)
      ? accepted(context.req.header('Accept-Encoding') ?? '')
      : 'identity';
    const { bytes, etag } = await bodyOf(asset, encoding);
    const headers = {
      'Content-Type': asset.type,
      'Cache-Control': asset.cache,
      ETag: etag,
      Vary: 'Accept-Encoding',
      ...(encoding === 'identity' ? {} : { 'Content-Encoding': encoding }),
    };
    if (context.req.header('If-None-Match') === etag) return context.body(null, 304, headers);
    return context.body(bytes, 200, headers);
  }

  #find({ req }: Context): Asset | undefined {
    const asset = this.#assets.get(req.path === '/' ? '/index.html' : req.path);
    if (asset !== undefined) return asset;
    // The link of a document may have been copied with the full stop behind it.
    const isOwn = extname(req.path) === '' || req.path.startsWith(DOCUMENT_PATH);
    const isPage = (req.header('Accept') ?? '').includes('text/html') && isOwn;
    return isPage ? this.#assets.get('/index.html') : undefined;
  }
}

function accepted(header: string): Encoding {
  const offered = header.split(',').map((part) => part.split(';', 1)[0]?.trim());
  return offered.includes('br') ? 'br' : offered.includes('gzip') ? 'gzip' : 'identity';
}

function bodyOf(asset: Asset, encoding: Encoding): Promise<Body> {
  let body = asset.bodies.get(encoding);
  if (body === undefined) {
    body = readBody(asset.path, encoding);
    asset.bodies.set(encoding, body);
    body.catch(() => asset.bodies.delete(encoding));
  }
  return body;
}

const brotli = promisify(brotliCompress);
const zip = promisify(gzip);

async function readBody(path: string, encoding: Encoding): Promise<Body> {
  const plain = await readFile(path);
  const params = { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY };
  const bytes =
    encoding === 'br'
      ? await brotli(plain, { params })
      : encoding === 'gzip'
        ? await zip(plain)
        : plain;
  return {
    bytes,
    etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`,
  };
}
