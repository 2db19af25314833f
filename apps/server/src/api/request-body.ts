/** Reads request bodies: JSON of bounded size that matches a schema, or an error sentence; or text. */
import type { Context } from 'hono';
import { z } from 'zod';
import { textRefusal } from '@tandem/protocol';
import { HTTP } from '../limits.ts';
import { ApiError } from '../http/api-error.ts';

/** @returns null without a body. @throws ApiError `bad-message` or `too-large` */
export async function readOptionalBody<T>(
  context: Context,
  schema: z.core.$ZodType<T>,
): Promise<T | null> {
  const text = await boundedText(context.req.raw);
  return text === '' ? null : parse(text, schema);
}

/** @throws ApiError `bad-message` or `too-large` */
export async function readBody<T>(context: Context, schema: z.core.$ZodType<T>): Promise<T> {
  return parse(await boundedText(context.req.raw), schema);
}

/** A body that is not JSON. @throws ApiError `too-large` */
export async function readText(context: Context, maxBytes: number): Promise<string> {
  return await boundedText(context.req.raw, maxBytes);
}

function parse<T>(text: string, schema: z.core.$ZodType<T>): T {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new ApiError('bad-message', { detail: 'The body is not JSON.' });
  }
  const result = z.safeParse(schema, json);
  if (result.success) return result.data;
  const sentence = textRefusal(result.error);
  if (sentence !== null) throw new ApiError('bad-message', { detail: sentence });
  const issue = result.error.issues[0];
  const place =
    issue === undefined || issue.path.length === 0
      ? 'The body'
      : `"${issue.path.join('.')}" in the body`;
  throw new ApiError('bad-message', {
    detail: `${place} does not fit: ${issue?.message ?? 'unknown'}.`.slice(0, 400),
  });
}

/** Hono's own limit rebuilds the request, which Node 20 refuses for its Node adapter. */
async function boundedText(
  request: Request,
  maxBytes: number = HTTP.maxBodyBytes,
): Promise<string> {
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) throw tooLarge(maxBytes);
  if (request.body === null) return '';
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.body as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function tooLarge(maxBytes: number): ApiError {
  return new ApiError('too-large', {
    detail: `The body is larger than ${maxBytes} bytes.`,
  });
}
