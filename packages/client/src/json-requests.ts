/** Reads JSON from the server's API. */
import type { Clock } from './environment.ts';
import { withTimeout } from './request-timeout.ts';

const TIMEOUT_MS = 10_000;

export interface JsonRequestOptions {
  readonly base: string;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
}

export class JsonRefused extends Error {
  readonly status: number;

  constructor(path: string, status: number) {
    super(`no answer for ${path}: ${status}`);
    this.status = status;
  }
}

/** Rejects when the server refuses, answers too late, or sends something else than the schema says. */
export async function fetchJson<T>(
  { base, fetch, clock }: JsonRequestOptions,
  path: string,
  schema: { parse(json: unknown): T },
  signal?: AbortSignal,
): Promise<T> {
  return await withTimeout({ clock, limitMs: TIMEOUT_MS, signal }, async (either) => {
    const response = await fetch(`${base}${path}`, { signal: either });
    if (!response.ok) throw new JsonRefused(path, response.status);
    return schema.parse(await response.json());
  });
}
