import { Readable } from 'node:stream';
import { describe, expect, onTestFinished, test } from 'vitest';
import { StorageError } from '../storage-error.ts';
import { objectStoreContract } from './object-store.contract.ts';
import { S3Objects } from './s3-objects.ts';
import { FakeS3 } from './testing/fake-s3.ts';

const KEY = 'ab'.padEnd(32, '0');
const signal = new AbortController().signal;
const body = () => Readable.from([Buffer.from('text')]);

async function fake(): Promise<FakeS3> {
  const server = await FakeS3.start();
  onTestFinished(() => server[Symbol.asyncDispose]());
  return server;
}

describe('in a bucket', () => {
  objectStoreContract(async () => new S3Objects((await fake()).bucket));

  test('keys are below the prefix', async () => {
    const server = await fake();
    await new S3Objects(server.bucket).write({ key: KEY, size: 4, body: body(), signal });
    expect([...server.objects.keys()]).toEqual([`/files/of/tandem/${KEY}`]);
  });

  test('a wrong secret is a fault of the storage, and stores nothing', async () => {
    const server = await fake();
    const store = new S3Objects({ ...server.bucket, secretAccessKey: 'another' });
    const writing = store.write({ key: KEY, size: 4, body: body(), signal });
    await expect(writing).rejects.toThrow('The bucket of uploaded files answered 403 to write');
    await expect(store.read(KEY)).rejects.toThrow(StorageError);
    expect(server.objects.size).toBe(0);
  });

  test('a bucket that fails or does not answer is a fault of the storage', async () => {
    const server = await fake();
    const store = new S3Objects(server.bucket);
    server.failures = [503, 500];
    await expect(store.read(KEY)).rejects.toThrow('answered 503');
    await expect(store.delete(KEY)).rejects.toThrow('answered 500');
    const nowhere = new S3Objects({ ...server.bucket, address: new URL('http://127.0.0.1:1/x/') });
    await expect(nowhere.read(KEY)).rejects.toThrow('does not answer');
  });
});
