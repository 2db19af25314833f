/** Uploads and downloads of tests: whole ones, and such that take their time. */
import { randomBytes } from 'node:crypto';
import { request, type IncomingMessage } from 'node:http';
import { expect, onTestFinished } from 'vitest';
import { ulid } from 'ulid';
import { filePath, TOKEN_HEADER, type StoredFile } from '@tandem/protocol';
import { newFileId, type NewFileId } from '@tandem/protocol/file-secrets';
import type { Reachable } from './running-server.ts';
import type { SignedIn } from './signed-in.ts';

const PART_BYTES = 4_096;
const PART_MS = 50;

export async function createPage(owner: SignedIn): Promise<string> {
  const id = `page-${ulid()}`;
  const answer = await owner.fetch('/api/documents', { method: 'POST', body: { id } });
  expect(answer.status).toBe(200);
  return id;
}

export interface Put {
  readonly to: Pick<Reachable, 'url'>;
  readonly by: SignedIn;
  readonly at: string;
  readonly file?: NewFileId;
  readonly name?: string;
}

export const newFile = (): NewFileId => newFileId(Date.now(), randomBytes);

const uploadPath = (document: string, { id, secret }: NewFileId, name: string): string =>
  `${filePath(document, id)}?${String(new URLSearchParams({ name, secret }))}`;

export async function putFile(
  bytes: Buffer | string,
  { to, by, at, file = newFile(), name = 'a file' }: Put,
): Promise<Response> {
  return await fetch(to.url + uploadPath(at, file, name), {
    method: 'PUT',
    headers: { Cookie: by.cookie },
    body: Buffer.from(bytes),
  });
}

export async function storedIn(answer: Response): Promise<StoredFile> {
  expect(answer.status).toBe(200);
  return (await answer.json()) as StoredFile;
}

export interface SlowUpload extends Pick<Put, 'to' | 'by' | 'at'> {
  /** Of browsers without cookies. */
  readonly isByToken?: boolean;
}

/** An upload that sends a small part every 50 ms. @returns its status; 0 when it was cut off */
export function slowUpload({ to, by, at, isByToken = false }: SlowUpload) {
  const caller = isByToken ? { [TOKEN_HEADER]: by.token } : { Cookie: by.cookie };
  const upload = request(to.url + uploadPath(at, newFile(), 'slow'), {
    method: 'PUT',
    headers: { ...caller, 'Content-Length': 4_000_000 },
  });
  const ended = new Promise<number>((resolve) => {
    upload.on('response', (answer) => resolve(answer.resume().statusCode ?? 0));
    upload.on('error', () => resolve(0));
    upload.on('close', () => resolve(0));
  });
  const timer = setInterval(() => upload.write(randomBytes(PART_BYTES)), PART_MS);
  void ended.then(() => clearInterval(timer));
  onTestFinished(() => void upload.destroy());
  return { upload, ended };
}

/** Begins, and reads on when it is told to. Sockets hold a few megabytes. */
export async function pausedDownload({
  to,
  by,
  at,
  id,
}: Omit<Put, 'name' | 'file'> & { readonly id: string }) {
  const asked = request(`${to.url}${filePath(at, id)}`, { headers: { Cookie: by.cookie } }).end();
  onTestFinished(() => void asked.destroy());
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    asked.on('response', resolve);
    asked.on('error', reject);
  });
  return {
    async rest(): Promise<number> {
      let bytes = 0;
      try {
        for await (const chunk of answer) bytes += (chunk as Buffer).byteLength;
      } catch {
        // The server has ended it.
      }
      return bytes;
    },
  };
}
