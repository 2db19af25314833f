/** A program that webhooks tell something, on a port of this machine; it checks requests as the guide does. */
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const GUIDE = join(import.meta.dirname, '../../apps/docs/guide/webhooks.md');

interface Guide {
  isFromServer(secret: string, headers: IncomingHttpHeaders, body: string): boolean;
}

interface Request {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export class WebhookReceiver implements AsyncDisposable {
  readonly requests: Request[] = [];
  /** What it answers. */
  status = 204;
  readonly #server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => (body += part));
    request.on('end', () => {
      this.requests.push({ headers: request.headers, body });
      response.writeHead(this.status).end();
    });
  });

  static async start(): Promise<WebhookReceiver> {
    const receiver = new WebhookReceiver();
    receiver.#server.listen(0, '127.0.0.1');
    await once(receiver.#server, 'listening');
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hook`;
  }

  types(): readonly string[] {
    return this.requests.map(({ body }) => (JSON.parse(body) as { readonly type: string }).type);
  }

  /** @returns for each request whether the guide's receiver would believe it. */
  async check(secret: string): Promise<readonly boolean[]> {
    const code = /```js\n(\/\/ webhook-receiver\.mjs.*?)```/s.exec(await readFile(GUIDE, 'utf8'));
    const folder = await mkdtemp(join(tmpdir(), 'tandem-guide-'));
    const file = join(folder, 'webhook-receiver.mjs');
    await writeFile(file, code?.[1] ?? '');
    const guide = (await import(pathToFileURL(file).href)) as Guide;
    await rm(folder, { recursive: true });
    return this.requests.map(({ headers, body }) => guide.isFromServer(secret, headers, body));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => void this.#server.close(() => resolve()));
  }
}
