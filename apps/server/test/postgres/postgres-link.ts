/** A link to a Postgres server that listens on a socket in a folder. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Link, type LinkFaults } from '../link.ts';

/** What Postgres calls its socket on the default port. */
const SOCKET = '.s.PGSQL.5432';

export class PostgresLink implements AsyncDisposable {
  readonly link: Link;
  readonly #folder: string;
  readonly #target: string;

  private constructor(link: Link, folders: { readonly own: string; readonly target: string }) {
    this.link = link;
    this.#folder = folders.own;
    this.#target = folders.target;
  }

  /** @param target the folder of the server's socket */
  static async start(
    target: string,
    { random = Math.random, faults = {} }: { random?: () => number; faults?: LinkFaults } = {},
  ): Promise<PostgresLink> {
    const own = await mkdtemp(join(tmpdir(), 'tandem-link-'));
    const link = await Link.start({
      targets: () => [{ path: join(target, SOCKET) }],
      path: join(own, SOCKET),
      random,
      faults,
    });
    return new PostgresLink(link, { own, target });
  }

  /** @returns the URL that leads over the link. */
  through(url: string): string {
    return url.replace(encodeURIComponent(this.#target), encodeURIComponent(this.#folder));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.link[Symbol.asyncDispose]();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
