/** Counts attempts to sign in, before anything is checked: AC6 in `accounts/README.md`. */
import type { IncomingMessage } from 'node:http';
import type { Context } from 'hono';
import { tryCountSignIn, type CountedSignIn, type SignInRates } from '../accounts/sign-in-rate.ts';
import { ApiError } from '../http/api-error.ts';
import type { ApiEnvironment } from './api-environment.ts';

export const ATTEMPT_RETRY_MS = 60_000;

export interface SignInAttemptsOptions {
  readonly rates: SignInRates;
  readonly addressOf: (request: IncomingMessage) => string | null;
  /** Whether a person who waits is told that they can reset their password. */
  readonly offersReset: boolean;
}

/** @param device that the account knows. @throws ApiError */
export type CountAttempt = (
  context: Context<ApiEnvironment>,
  subject: string,
  device?: string | null,
) => CountedSignIn;

export function signInAttempts({
  rates,
  addressOf,
  offersReset,
}: SignInAttemptsOptions): CountAttempt {
  return (context, subject, device = null) => {
    const address = addressOf(context.env.incoming);
    const counted = tryCountSignIn(rates, { subject, address, device });
    if (counted !== null) return counted;
    const detail = offersReset ? TOO_MANY_ATTEMPTS_BUT_MAIL : TOO_MANY_ATTEMPTS;
    throw new ApiError('too-many', { detail, retryAfterMs: ATTEMPT_RETRY_MS });
  };
}

const TOO_MANY_ATTEMPTS =
  'There were many attempts to sign in. Nothing is lost. Wait a few minutes and try again, or sign in where you have signed in before.';
const TOO_MANY_ATTEMPTS_BUT_MAIL =
  'There were many attempts to sign in. Nothing is lost. Wait a few minutes and try again, sign in where you have signed in before, or reset your password by e-mail.';
