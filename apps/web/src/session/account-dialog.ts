/** Which part of the dialog about accounts is open. It is loaded when it opens for the first time. */
import { Observable } from '../runtime/observable.ts';

/** - `again`: the session of an account is over, and its person signs in in place. */
export type SignInView = 'sign-up' | 'sign-in' | 'again';

/**
 * - `forgot`: asks for a mail with a link that sets a new password
 * - `reset`: the page was opened with such a link
 * - `verify`: it was opened with a link that confirms an address
 */
export type AccountDialogView = SignInView | 'forgot' | 'reset' | 'verify' | 'account';

export const accountDialog = new Observable<AccountDialogView | null>(null);

const LINK = /^#(invitation|reset|verify)=([\w-]{43})$/;
const RETURN = /^#(sign-in|account)=([a-z-]+)$/;

/** Why a sign-in at another site has failed; the server names it in the address to which it leads back. */
const SIGN_IN_PROBLEMS = [
  'provider',
  'over',
  'another-person',
  'taken',
  'blocked',
  'refused',
] as const;
export type SignInProblem = (typeof SIGN_IN_PROBLEMS)[number];

let invitation: string | null = null;
let mailedToken: string | null = null;
let problem: SignInProblem | null = null;

/** The invitation with which the page was opened, until it is used. */
export function currentInvitation(): string | null {
  return invitation;
}

/** The token of the mailed link with which the page was opened. */
export function currentMailedToken(): string | null {
  return mailedToken;
}

/** The problem with which the browser came back from another site. It is told once. */
export function takeSignInProblem(): SignInProblem | null {
  const taken = problem;
  problem = null;
  return taken;
}

/** Reads what the part of the address says that no server sees, and removes it from there. */
export function readAddress(onSignedIn: () => void): void {
  const link = LINK.exec(location.hash);
  const returned = RETURN.exec(location.hash);
  if (link === null && returned === null) return;
  history.replaceState(history.state, '', location.pathname + location.search);
  if (link !== null) {
    const [, kind, token = null] = link;
    if (kind === 'reset' || kind === 'verify') {
      mailedToken = token;
      return accountDialog.set(kind);
    }
    invitation = token;
    return accountDialog.set('sign-up');
  }
  const [, about, result] = returned ?? [];
  problem = SIGN_IN_PROBLEMS.find((one) => one === result) ?? null;
  if (problem === null) onSignedIn();
  else if (about === 'sign-in') return accountDialog.set('sign-in');
  // The person has changed how they sign in, or there is a question about what was written as a guest.
  if (about === 'account' || result === 'guest') accountDialog.set('account');
}

export function invitationLink(token: string): string {
  return `${location.origin}/#invitation=${token}`;
}
