/** Objects in a bucket of S3, or of a server that speaks its protocol, addressed by paths. */
import { Readable } from 'node:stream';
import { AwsV4Signer } from 'aws4fetch';
import { OBJECTS } from '../limits.ts';
import { StorageError } from '../storage-error.ts';
import { OBJECT_KEY, type ByteRange, type NewObject, type ObjectStore } from './object-store.ts';

export interface Bucket {
  /** With the bucket, and the prefix of all keys: ends with a slash. */
  readonly address: URL;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

interface SignedRequest {
  readonly method: 'PUT' | 'GET' | 'HEAD' | 'DELETE';
  readonly key: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Readable;
  readonly signal: AbortSignal;
}

export class S3Objects implements ObjectStore {
  readonly #bucket: Bucket;

  constructor(bucket: Bucket) {
    this.#bucket = bucket;
  }

  async write({ key, size, body, signal }: NewObject): Promise<void> {
    let failure: Error | null = null;
    body.once('error', (error) => (failure = error));
    try {
      const answer = await this.#request({
        method: 'PUT',
        key,
        headers: { 'Content-Length': String(size) },
        body,
        signal,
      });
      await answer.body?.cancel();
      assertAnswer(answer, 'write');
    } catch (error) {
      body.destroy();
      signal.throwIfAborted();
      throw failure ?? error;
    }
  }

  async read(key: string, range?: ByteRange): Promise<Readable | null> {
    const answer = await this.#request({
      method: 'GET',
      key,
      headers: range === undefined ? {} : { Range: `bytes=${range.start}-${range.end}` },
      signal: AbortSignal.timeout(OBJECTS.transferTimeoutMs),
    });
    if (answer.status === 404) {
      await answer.body?.cancel();
      return null;
    }
    assertAnswer(answer, 'read');
    return answer.body === null ? Readable.from([]) : Readable.fromWeb(answer.body);
  }

  async has(key: string): Promise<boolean> {
    const signal = AbortSignal.timeout(OBJECTS.answerTimeoutMs);
    const answer = await this.#request({ method: 'HEAD', key, signal });
    if (answer.status === 404) return false;
    assertAnswer(answer, 'read');
    return true;
  }

  async delete(key: string): Promise<void> {
    const signal = AbortSignal.timeout(OBJECTS.answerTimeoutMs);
    const answer = await this.#request({ method: 'DELETE', key, signal });
    await answer.body?.cancel();
    if (answer.status !== 404) assertAnswer(answer, 'delete');
  }

  async freeBytes(): Promise<null> {
    return null;
  }

  async #request({ method, key, headers = {}, body, signal }: SignedRequest): Promise<Response> {
    if (!OBJECT_KEY.test(key)) throw new RangeError('not the key of an object');
    const { address, ...credentials } = this.#bucket;
    const signed = await new AwsV4Signer({
      ...credentials,
      service: 's3',
      method,
      url: new URL(key, address).href,
      headers: { ...headers, 'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD' },
    }).sign();
    try {
      return await fetch(signed.url, {
        method,
        headers: signed.headers,
        signal,
        // A moved bucket must not receive credentials.
        redirect: 'error',
        ...(body === undefined
          ? {}
          : {
              body: Readable.toWeb(body) as NonNullable<RequestInit['body']>,
              duplex: 'half' as const,
            }),
      });
    } catch (error) {
      signal.throwIfAborted();
      throw unavailable(`does not answer: ${causeOf(error)}`);
    }
  }
}

function assertAnswer({ ok, status }: Response, verb: string): void {
  if (!ok) throw unavailable(`answered ${status} to ${verb}`);
}

function unavailable(what: string): StorageError {
  return new StorageError({
    message: `The bucket of uploaded files ${what}`,
    retryable: true,
    damaged: false,
  });
}

function causeOf(error: unknown): string {
  const { cause, message } = error as Error;
  return cause instanceof Error ? cause.message : message;
}
