/** Routes about sessions and accounts. */
import {
  account,
  addressVerification,
  deviceSessions,
  guestChoice,
  identityRemoval,
  mailChoice,
  oidcRedirect,
  oidcStart,
  passwordChange,
  passwordConfirmation,
  passwordReset,
  passwordResetRequest,
  passwordSignIn,
  passwordSignUp,
  sessionEnd,
  sessionRequest,
  signedInSession,
  signInOptions,
} from '../accounts.ts';
import { apiTokenCreate, apiTokenEnd, apiTokens, newApiToken } from '../api-tokens.ts';
import { newWebhook, webhookChoice, webhookCreate, webhooks } from '../webhooks.ts';
import { session } from '../http.ts';
import {
  passkeyAddition,
  passkeyConfirmation,
  passkeyCreation,
  passkeyRemoval,
  passkeyRenaming,
  passkeyRequest,
  passkeys,
  passkeySignIn,
} from '../passkeys.ts';
import type { RouteDescription } from './route-description.ts';

export const ACCOUNT_ROUTES = {
  'POST /session': {
    summary: 'the session of the browser; without one, it becomes a guest',
    ...{ scope: 'never', isOpen: true, body: sessionRequest, isBodyOptional: true },
    answer: session,
  },
  'POST /session/end': {
    summary: 'signs out, and ends the connections of this session',
    ...{ scope: 'never', isOpen: true, answer: 'nothing' },
  },
  'GET /account': { summary: 'the account of the session', scope: 'never', answer: account },
  'GET /account/options': {
    summary: 'with what people may sign in here',
    ...{ scope: 'never', isOpen: true, answer: signInOptions },
  },
  'POST /account/sign-up': {
    summary: 'makes an account of the guest, who keeps everything',
    ...{ scope: 'never', isOpen: true, body: passwordSignUp, answer: session },
  },
  'POST /account/sign-in': {
    summary: 'signs in to an account, in the place of the browser’s session',
    ...{ scope: 'never', isOpen: true, body: passwordSignIn, answer: signedInSession },
  },
  'POST /account/oidc': {
    summary: 'begins a sign-in at an OpenID provider, which leads back to /sign-in/oidc',
    ...{ scope: 'never', isOpen: true, body: oidcStart, answer: oidcRedirect },
  },
  'POST /account/password': {
    summary: 'changes the password; ends all other sessions, and all API tokens',
    ...{ scope: 'never', body: passwordChange, answer: 'nothing' },
  },
  'POST /account/reset': {
    summary: 'mails a link that sets a new password, if anybody has the address',
    ...{ scope: 'never', isOpen: true, body: passwordResetRequest, answer: 'nothing' },
  },
  'POST /account/reset/finish': {
    summary: 'sets a new password; ends all sessions and API tokens',
    ...{ scope: 'never', isOpen: true, body: passwordReset, answer: 'nothing' },
  },
  'POST /account/verification': {
    summary: 'mails a link that confirms the account’s address',
    ...{ scope: 'never', answer: 'nothing' },
  },
  'POST /account/verification/finish': {
    summary: 'confirms the address, in a session of that account only, which the body names',
    ...{ scope: 'never', body: addressVerification, answer: 'nothing' },
  },
  'POST /account/mails': {
    summary: 'chooses how often the person is mailed what they have not read',
    ...{ scope: 'never', body: mailChoice, answer: 'nothing' },
  },
  'POST /account/confirm': {
    summary: 'shows again who the person is, who may change how they sign in for ten minutes',
    ...{ scope: 'never', body: passwordConfirmation, answer: 'nothing' },
  },
  'POST /account/identities/remove': {
    summary: 'removes a way to sign in, but never the last one; ends all else',
    ...{ scope: 'never', body: identityRemoval, answer: 'nothing' },
  },
  'GET /account/passkeys': {
    summary: 'the person’s passkeys',
    ...{ scope: 'never', answer: passkeys },
  },
  'POST /account/passkeys/options': {
    summary: 'a challenge to make a passkey, for a person who has shown who they are',
    ...{ scope: 'never', answer: passkeyCreation },
  },
  'POST /account/passkeys': {
    summary: 'adds a passkey',
    ...{ scope: 'never', body: passkeyAddition, answer: 'nothing' },
  },
  'POST /account/passkeys/rename': {
    summary: 'gives a passkey another name',
    ...{ scope: 'never', body: passkeyRenaming, answer: 'nothing' },
  },
  'POST /account/passkeys/remove': {
    summary: 'removes a passkey, but never the last way to sign in; ends all else',
    ...{ scope: 'never', body: passkeyRemoval, answer: 'nothing' },
  },
  'POST /account/passkeys/confirm/options': {
    summary: 'a challenge to show with a passkey who the person is',
    ...{ scope: 'never', answer: passkeyRequest },
  },
  'POST /account/passkeys/confirm': {
    summary: 'shows with a passkey who the person is, as a password does',
    ...{ scope: 'never', body: passkeyConfirmation, answer: 'nothing' },
  },
  'POST /account/passkeys/sign-in/options': {
    summary: 'a challenge to sign in with a passkey, the same for everybody',
    ...{ scope: 'never', isOpen: true, answer: passkeyRequest },
  },
  'POST /account/passkeys/sign-in': {
    summary: 'signs in with a passkey, in the place of the browser’s session',
    ...{ scope: 'never', isOpen: true, body: passkeySignIn, answer: signedInSession },
  },
  'GET /account/sessions': {
    summary: 'where the person is signed in',
    ...{ scope: 'never', answer: deviceSessions },
  },
  'POST /account/sessions/end': {
    summary: 'ends one session, or all others',
    ...{ scope: 'never', body: sessionEnd, answer: 'nothing' },
  },
  'GET /account/tokens': {
    summary: 'the person’s API tokens',
    ...{ scope: 'never', answer: apiTokens },
  },
  'POST /account/tokens': {
    summary: 'makes an API token, which is shown once',
    ...{ scope: 'never', body: apiTokenCreate, answer: newApiToken },
  },
  'POST /account/tokens/end': {
    summary: 'revokes an API token',
    ...{ scope: 'never', body: apiTokenEnd, answer: 'nothing' },
  },
  'GET /account/webhooks': {
    summary: 'the person’s webhooks, and how their last deliveries went',
    ...{ scope: 'never', answer: webhooks },
  },
  'POST /account/webhooks': {
    summary: 'makes a webhook, whose secret is shown once',
    ...{ scope: 'never', body: webhookCreate, answer: newWebhook },
  },
  'POST /account/webhooks/end': {
    summary: 'deletes a webhook',
    ...{ scope: 'never', body: webhookChoice, answer: 'nothing' },
  },
  'POST /account/webhooks/rotate': {
    summary: 'gives a webhook another secret, which is shown once',
    ...{ scope: 'never', body: webhookChoice, answer: newWebhook },
  },
  'POST /account/webhooks/pause': {
    summary: 'pauses a webhook; what happens until it is resumed is not told',
    ...{ scope: 'never', body: webhookChoice, answer: 'nothing' },
  },
  'POST /account/webhooks/resume': {
    summary: 'switches a webhook on again',
    ...{ scope: 'never', body: webhookChoice, answer: 'nothing' },
  },
  'POST /account/webhooks/test': {
    summary: 'sends a test to a webhook',
    ...{ scope: 'never', body: webhookChoice, answer: 'nothing' },
  },
  'POST /account/guest': {
    summary: 'takes over what guests had who signed in to this account, or leaves it',
    ...{ scope: 'never', body: guestChoice, answer: 'nothing' },
  },
} as const satisfies Readonly<Record<string, RouteDescription>>;
