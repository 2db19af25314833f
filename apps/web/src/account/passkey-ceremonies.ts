/** Asks the browser to make a passkey, and to sign with one. It shows its own dialogs meanwhile. */
import {
  sendSignal,
  startAuthentication,
  startRegistration,
  WebAuthnAbortService,
} from '@simplewebauthn/browser';
import type {
  PasskeyAssertion,
  PasskeyCreated,
  PasskeyCreation,
  PasskeyRequest,
} from '@tandem/protocol/passkeys';
import { translate } from '../translation/translation.ts';
import { ShownProblem } from './shown-problem.ts';

/** @throws ShownProblem */
export async function createPasskey(optionsJSON: PasskeyCreation): Promise<PasskeyCreated> {
  return await toShownProblem('not-made', () => startRegistration({ optionsJSON }));
}

/** @throws ShownProblem */
export async function askForPasskey(optionsJSON: PasskeyRequest): Promise<PasskeyAssertion> {
  return await toShownProblem('cancelled', () => startAuthentication({ optionsJSON }));
}

/**
 * Waits until the person chooses a passkey among what the browser suggests in a field; possibly for as long as the page
 * is open. @throws when something else is asked for meanwhile.
 */
export async function awaitSuggestedPasskey(
  optionsJSON: PasskeyRequest,
): Promise<PasskeyAssertion> {
  return await startAuthentication({ optionsJSON, useBrowserAutofill: true });
}

/** Ends what waits for a passkey. */
export function stopWaitingForPasskey(): void {
  WebAuthnAbortService.cancelCeremony();
}

/** Tells the device, where browsers can, that a passkey signs in nowhere, so that it offers it no more. */
export async function forgetPasskey(rpID: string, credentialID: string): Promise<void> {
  await sendSignal({ signalName: 'unknownCredential', rpID, credentialID }).catch(() => undefined);
}

/** @param cancelled what has happened when the person has closed the dialog of the browser. */
async function toShownProblem<T>(
  cancelled: 'cancelled' | 'not-made',
  ceremony: () => Promise<T>,
): Promise<T> {
  try {
    return await ceremony();
  } catch (error) {
    const name = error instanceof Error ? error.name : '';
    const found = PROBLEMS[name] ?? 'failed';
    const problem = found === 'cancelled' ? cancelled : found;
    throw new ShownProblem(translate(`account.passkeys.problem.${problem}`));
  }
}

/** The names are those of Web Authentication Level 3, 5.1.3 and 5.1.4. */
const PROBLEMS: Readonly<Record<string, 'cancelled' | 'known' | 'address'>> = {
  AbortError: 'cancelled',
  NotAllowedError: 'cancelled',
  InvalidStateError: 'known',
  SecurityError: 'address',
};
