/**
 * What the server knows of passkeys without reading keys and signatures, whose code is loaded when somebody uses one:
 * `passkey-verifier.ts`.
 */
import { z } from 'zod';

/** Whom a passkey is for, and the one origin whose pages may use it (Web Authentication Level 3, 4). */
export interface RelyingParty {
  /** The RP id: a host's name. */
  readonly host: string;
  readonly origin: string;
}

/** Why something was refused, for the log of the server. */
export class PasskeyRefused extends Error {}

export interface PasskeyContext {
  readonly relyingParty: RelyingParty;
  /** What has to be signed. */
  readonly challenge: string;
}

/** @returns the challenge of what the browser sends, which nothing has verified; null when it has none. */
export function challengeOf({
  response,
}: {
  readonly response: { readonly clientDataJSON: string };
}): string | null {
  return clientDataOf(response.clientDataJSON)?.challenge ?? null;
}

/** ES256, which all authenticators have but some of Windows, and RS256, which those have. */
export const PASSKEY_ALGORITHMS: readonly number[] = [-7, -257];

/** How authenticators know a person; opaque, and no secret. */
export function userHandleOf(user: string): string {
  return Buffer.from(user).toString('base64url');
}

/** A page of another site that shows this one in a frame could make its person press the button. */
export function isInFrame(clientDataJSON: string): boolean {
  return clientDataOf(clientDataJSON)?.crossOrigin === true;
}

const clientDataSchema = z.object({
  type: z.string(),
  challenge: z.string(),
  origin: z.string(),
  crossOrigin: z.boolean().optional(),
});

function clientDataOf(clientDataJSON: string): z.infer<typeof clientDataSchema> | null {
  try {
    const json: unknown = JSON.parse(Buffer.from(clientDataJSON, 'base64url').toString());
    return clientDataSchema.safeParse(json).data ?? null;
  } catch {
    return null;
  }
}
