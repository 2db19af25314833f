/** Secrets of webhooks, and signatures by them, as Standard Webhooks has it: WH6 in `README.md`. */
import { createHmac, randomBytes } from 'node:crypto';
import { WEBHOOKS } from '../limits.ts';

const PREFIX = 'whsec_';

export function createWebhookSecret(): string {
  return PREFIX + randomBytes(WEBHOOKS.secretBytes).toString('base64');
}

/** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
export function signedHeaders(
  secret: string,
  { id, at, body }: { readonly id: string; readonly at: number; readonly body: string },
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(at / 1_000));
  const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return {
    'Content-Type': 'application/json',
    'User-Agent': 'Tandem-Webhooks',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
  };
}
