/**
 * Calls to the HTTP API, with answers checked against the protocol's schemas. Almost everything else uses the
 * connection.
 */
import { asksToSignIn } from '@tandem/client';
import { errorAnswer, errorOf, type ErrorBody } from '@tandem/protocol';
import type * as z from 'zod/mini';

/** A slower server counts as unreachable. */
const REQUEST_TIMEOUT_MS = 10_000;

/**
 * - `unreachable`: no answer came, so the request may or may not have taken effect
 * - `sign-in`: a proxy in front of the server asks the person to sign in
 * - `refused`: the server answered with an error
 */
export type Failure =
  | { readonly kind: 'unreachable' }
  | { readonly kind: 'sign-in' }
  | { readonly kind: 'refused'; readonly error: ErrorBody };

export class RequestFailed extends Error {
  override readonly name = 'RequestFailed';
  readonly failure: Failure;
  /** The status of the server's answer; null without a readable answer. */
  readonly status: number | null;

  constructor(failure: Failure, status: number | null = null) {
    super(failure.kind === 'refused' ? failure.error.message : 'the server does not answer');
    this.failure = failure;
    this.status = status;
  }
}

export function failureOf(thrown: unknown): Failure {
  return thrown instanceof RequestFailed ? thrown.failure : { kind: 'unreachable' };
}

export interface RequestOptions<T> {
  readonly answer?: z.ZodMiniType<T>;
  readonly fetch?: typeof fetch;
  readonly headers?: HeadersInit;
  readonly body?: unknown;
}

/** @throws RequestFailed */
export async function post<T = undefined>(
  path: string,
  options: RequestOptions<T> = {},
): Promise<T> {
  return await request('POST', path, options);
}

/** @throws RequestFailed */
export async function get<T>(
  path: string,
  options: RequestOptions<T> & { readonly answer: z.ZodMiniType<T> },
): Promise<T> {
  return await request('GET', path, options);
}

/** @throws RequestFailed */
export async function patch(path: string, options: RequestOptions<undefined>): Promise<void> {
  await request('PATCH', path, options);
}

/** @throws RequestFailed */
export async function remove(path: string, options: RequestOptions<undefined>): Promise<void> {
  await request('DELETE', path, options);
}

async function request<T>(
  method: 'DELETE' | 'GET' | 'PATCH' | 'POST',
  path: string,
  options: RequestOptions<T>,
): Promise<T> {
  const send = options.fetch ?? fetch;
  let response: Response;
  try {
    response = await send(path, {
      method,
      ...(options.headers === undefined ? {} : { headers: options.headers }),
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
      credentials: 'same-origin',
      cache: 'no-store',
      redirect: 'manual',
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
  } catch {
    throw new RequestFailed({ kind: 'unreachable' });
  }
  if (response.status === 204) return undefined as T;
  const body: unknown = await response.json().catch(() => null);
  if (asksToSignIn(response, body)) throw new RequestFailed({ kind: 'sign-in' });
  // The body is a proxy's page instead of the server's answer.
  if (body === null) throw new RequestFailed({ kind: 'unreachable' });
  if (!response.ok) {
    const refusal = errorAnswer.safeParse(body);
    if (!refusal.success) throw new RequestFailed({ kind: 'unreachable' });
    throw new RequestFailed({ kind: 'refused', error: refusal.data.error }, response.status);
  }
  if (options.answer === undefined) return undefined as T;
  const parsed = options.answer.safeParse(body);
  if (!parsed.success)
    throw new RequestFailed({ kind: 'refused', error: errorOf('version-unsupported') });
  return parsed.data;
}
