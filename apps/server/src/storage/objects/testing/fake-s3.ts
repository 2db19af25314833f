/** A bucket in memory that speaks as much of S3 as the adapter needs, and verifies every signature by signing again. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { AwsV4Signer } from 'aws4fetch';
import type { Bucket } from '../s3-objects.ts';

const CREDENTIALS = {
  region: 'eu-test-1',
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
} as const;

export class FakeS3 implements AsyncDisposable {
  readonly objects = new Map<string, Buffer>();
  /** Answered to the next requests, instead of what they ask for. */
  failures: number[] = [];
  /** Runs before each answer to whether there is an object. */
  beforeHead: (() => Promise<void>) | null = null;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<FakeS3> {
    const server = createServer();
    const fake = new FakeS3(server);
    server.on('request', (request, response) => void fake.#answer(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return fake;
  }

  get bucket(): Bucket {
    return { ...CREDENTIALS, address: new URL(`${this.#origin}/files/of/tandem/`) };
  }

  /** As an operator writes it in `FILES_URL`. */
  get setting(): string {
    const { region, accessKeyId, secretAccessKey } = CREDENTIALS;
    const secret = encodeURIComponent(secretAccessKey);
    const { host } = new URL(this.#origin);
    return `s3+http://${accessKeyId}:${secret}@${host}/files/of/tandem?region=${region}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  get #origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      return;
    }
    const failure = this.failures.shift();
    const status = failure ?? ((await this.#isSigned(request)) ? 200 : 403);
    if (status !== 200) return void response.writeHead(status).end('<Error/>');
    const key = request.url as string;
    switch (request.method) {
      case 'PUT':
        if (request.headers['content-length'] === undefined)
          return void response.writeHead(411).end();
        this.objects.set(key, Buffer.concat(chunks));
        return void response.writeHead(200).end();
      case 'DELETE':
        this.objects.delete(key);
        return void response.writeHead(204).end();
      case 'HEAD':
        await this.beforeHead?.();
        return void response.writeHead(this.objects.has(key) ? 200 : 404).end();
      default:
        return this.#read(response, this.objects.get(key), request.headers.range);
    }
  }

  #read(response: ServerResponse, object: Buffer | undefined, range: string | undefined): void {
    if (object === undefined) return void response.writeHead(404).end('<Error/>');
    const part = /^bytes=(\d+)-(\d+)$/.exec(range ?? '');
    if (part === null) return void response.writeHead(200).end(object);
    response.writeHead(206).end(object.subarray(Number(part[1]), Number(part[2]) + 1));
  }

  async #isSigned({ method, url, headers }: IncomingMessage): Promise<boolean> {
    const date = String(headers['x-amz-date']);
    const expected = await new AwsV4Signer({
      ...CREDENTIALS,
      service: 's3',
      method: method as string,
      url: this.#origin + url,
      datetime: date,
      headers: { 'X-Amz-Content-Sha256': String(headers['x-amz-content-sha256']) },
    }).sign();
    const skew = Math.abs(Date.now() - Date.parse(date.replace(DATE, '$1-$2-$3T$4:$5:$6Z')));
    return skew < MAX_SKEW_MS && headers.authorization === expected.headers.get('Authorization');
  }
}

const DATE = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;
const MAX_SKEW_MS = 15 * 60_000;
