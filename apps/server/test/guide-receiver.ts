/** The receiver of the guide, verbatim, in this process; it keeps what it was told. */
import { once } from 'node:events';
import type { Server } from 'node:http';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { onTestFinished } from 'vitest';
import type { WebhookDelivery } from '@tandem/protocol/webhooks';

const GUIDE = join(import.meta.dirname, '../../docs/guide/webhooks.md');
const CACHE = join(import.meta.dirname, '../.cache/guide');

interface Guide {
  createReceiver(secret: string, onEvent: (told: WebhookDelivery) => void): Server;
}

export class GuideReceiver {
  readonly told: WebhookDelivery[] = [];
  readonly #guide: Guide;
  #server: Server | null = null;
  #port = 0;

  private constructor(guide: Guide) {
    this.#guide = guide;
  }

  static async create(): Promise<GuideReceiver> {
    const code = /```js\n(\/\/ webhook-receiver\.mjs.*?)```/s.exec(await readFile(GUIDE, 'utf8'));
    const file = join(CACHE, 'webhook-receiver.mjs');
    await mkdir(CACHE, { recursive: true });
    await writeFile(file, code?.[1] ?? '');
    const receiver = new GuideReceiver((await import(pathToFileURL(file).href)) as Guide);
    // A port that nobody listens on yet, as while a receiver is down.
    await receiver.start('');
    await receiver.stop();
    onTestFinished(() => receiver.stop());
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/hook`;
  }

  async start(secret: string): Promise<void> {
    this.#server = this.#guide.createReceiver(secret, (told) => void this.told.push(told));
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (server === null) return;
    server.closeAllConnections();
    await new Promise<void>((resolve) => void server.close(() => resolve()));
  }

  types(): readonly string[] {
    return this.told.map(({ type }) => type);
  }
}
