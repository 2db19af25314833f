/** Bodies of the HTTP API about accounts; its routes are in `openapi/routes.ts`. */
import * as z from 'zod/mini';
import { session } from './http.ts';
import { user } from './messages/field.ts';
import { opaqueText, refusalSentence } from './text.ts';
import { MAX_PASSWORD_LENGTH, MIN_LINK_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from './limits.ts';

const MAX_EMAIL_LENGTH = 254;
const MAX_AGENT_LENGTH = 256;
const MAX_SESSIONS = 100;
export const MAX_IDENTITIES = 20;
/** Those of OpenID Connect Core 2, for `sub`, and of an address. */
export const MAX_SUBJECT_LENGTH = 255;
export const MAX_ISSUER_LENGTH = 1_024;
export const MAX_INVITATIONS = 100;
export const MAX_RETURN_LENGTH = 1_024;

/** Written in any case, and with blanks around it; one address has one form. */
export const email = z.pipe(
  z.string().check(z.trim(), z.toLowerCase(), z.maxLength(MAX_EMAIL_LENGTH)),
  z.email(refusalSentence('This is not an e-mail address. Check it and try again.')),
);

const password = opaqueText(MAX_PASSWORD_LENGTH);
const newPassword = password.check(
  z.minLength(
    MIN_PASSWORD_LENGTH,
    refusalSentence(`Choose a password of at least ${MIN_PASSWORD_LENGTH} characters.`),
  ),
);

const userId = z.string().check(z.minLength(1), z.maxLength(64));

export const sessionRequest = z.strictObject({
  /** False: the page knows its person, who has to sign in when the session is over. */
  guest: z.optional(z.boolean()),
});

/** The token of a link that works once. */
const oneTimeToken = z
  .string()
  .check(
    z.regex(
      /^[\w-]{43}$/,
      refusalSentence('This link is not complete. Open it again from where you got it.'),
    ),
  );

/** Of a link (PO12): people tell it each other. */
export const linkPassword = z.strictObject({
  password: z.nullable(
    password.check(
      z.minLength(
        MIN_LINK_PASSWORD_LENGTH,
        refusalSentence(`Choose a password of at least ${MIN_LINK_PASSWORD_LENGTH} characters.`),
      ),
    ),
  ),
});
export const linkEntry = z.strictObject({ password });

export const passwordSignUp = z.strictObject({
  email,
  password: newPassword,
  invitation: z.optional(oneTimeToken),
});
export type PasswordSignUp = z.input<typeof passwordSignUp>;

export const passwordSignIn = z.strictObject({
  email,
  password,
  /** Only this user: the page has work of theirs. */
  as: z.optional(userId),
});
export type PasswordSignIn = z.input<typeof passwordSignIn>;

export const passwordChange = z.strictObject({
  current: password,
  password: newPassword,
  /** Somebody else who knew the password may have added passkeys of their own (PK13). */
  removesPasskeys: z.optional(z.boolean()),
});
export type PasswordChange = z.input<typeof passwordChange>;

export const passwordResetRequest = z.strictObject({ email });
/** With the token of the link that was mailed. */
export const passwordReset = z.strictObject({ token: oneTimeToken, password: newPassword });
export type PasswordReset = z.input<typeof passwordReset>;

/** With the token of the link that was mailed to confirm an address. */
export const addressVerification = z.strictObject({
  token: oneTimeToken,
  /** The account that the page has shown to its person: the browser may have another session by now. */
  as: userId,
});
export type AddressVerification = z.input<typeof addressVerification>;

export const signedInSession = z.extend(session, {
  /** How many documents the guest of this browser had, which the person may take over. */
  guestDocuments: z.int().check(z.nonnegative()),
});
export type SignedInSession = z.infer<typeof signedInSession>;

const identityKey = {
  issuer: opaqueText(MAX_ISSUER_LENGTH),
  subject: opaqueText(MAX_SUBJECT_LENGTH),
};

/** What a person signs in with at an OpenID provider. */
export const connectedIdentity = z.object({
  ...identityKey,
  /** The id of the provider; null when this server offers it no more. */
  provider: z.nullable(z.string()),
  connectedAt: z.int(),
  /** False for the last way to sign in. */
  isRemovable: z.boolean(),
});
export type ConnectedIdentity = z.infer<typeof connectedIdentity>;

export const identityRemoval = z.strictObject(identityKey);

/** Shows again who the person is. */
export const passwordConfirmation = z.strictObject({ password });

/**
 * How often a person is mailed what they were notified of and have not read. `soon`: mentions and requests after a
 * quarter of an hour, all else once a day.
 */
export const DIGEST_FREQUENCIES = ['soon', 'daily', 'never'] as const;
const digestFrequency = z.enum(DIGEST_FREQUENCIES);
export type DigestFrequency = z.infer<typeof digestFrequency>;
export const mailChoice = z.strictObject({ frequency: digestFrequency });

export const account = z.object({
  user,
  isGuest: z.boolean(),
  isAdministrator: z.boolean(),
  email: z.nullable(opaqueText(MAX_EMAIL_LENGTH)),
  /** Whether the person is known to read the mails to this address. */
  isEmailVerified: z.boolean(),
  hasPassword: z.boolean(),
  identities: z.array(connectedIdentity).check(z.maxLength(MAX_IDENTITIES)),
  /** Whether the person has shown within the last minutes who they are, and so may change how they sign in. */
  isConfirmed: z.boolean(),
  /** Whether the person has passkeys that sign in at this address of the server. */
  hasPasskeysHere: z.boolean(),
  guestDocuments: z.int().check(z.nonnegative()),
  mails: digestFrequency,
});
export type Account = z.infer<typeof account>;

export const deviceSession = z.object({
  id: z.string().check(z.maxLength(64)),
  agent: opaqueText(MAX_AGENT_LENGTH),
  createdAt: z.int(),
  usedAt: z.int(),
  isThis: z.boolean(),
});
export type DeviceSession = z.infer<typeof deviceSession>;
export const deviceSessions = z.object({
  sessions: z.array(deviceSession).check(z.maxLength(MAX_SESSIONS)),
});
export type DeviceSessions = z.infer<typeof deviceSessions>;

/** Null: all sessions but this one. */
export const sessionEnd = z.strictObject({
  session: z.nullable(z.string().check(z.maxLength(64))),
});

export const guestChoice = z.strictObject({ take: z.boolean() });

/** Whether guests may use the server, or only people with an account. */
export const SIGN_IN = ['optional', 'required'] as const;
/** Who may create an account. */
export const REGISTRATION = ['open', 'invitation', 'closed'] as const;

export const serverSettings = z.object({
  signIn: z.enum(SIGN_IN),
  registration: z.enum(REGISTRATION),
});
export type ServerSettings = z.infer<typeof serverSettings>;
export const serverSettingsPatch = z.strictObject(z.partial(serverSettings).shape);
export type ServerSettingsPatch = z.infer<typeof serverSettingsPatch>;

export const invitation = z.object({
  id: z.string().check(z.maxLength(64)),
  createdAt: z.int(),
  expiresAt: z.int(),
});
export type Invitation = z.infer<typeof invitation>;

/** For administrators. */
export const serverAdministration = z.object({
  settings: serverSettings,
  invitations: z.array(invitation).check(z.maxLength(MAX_INVITATIONS)),
});
export type ServerAdministration = z.infer<typeof serverAdministration>;

/** Shown once: the server keeps only a digest. */
export const newInvitation = z.object({ token: oneTimeToken, expiresAt: z.int() });
export type NewInvitation = z.infer<typeof newInvitation>;
export const invitationEnd = z.strictObject({ invitation: z.string().check(z.maxLength(64)) });

/** What the page offers to people who have not signed in. */
export const signInOptions = z.object({
  settings: serverSettings,
  providers: z
    .array(
      z.object({ id: z.string().check(z.maxLength(32)), name: z.string().check(z.maxLength(64)) }),
    )
    .check(z.maxLength(16)),
  /** Whether the server sends mails, and so links with which people set a new password. */
  sendsMail: z.boolean(),
  /** The origin whose pages may use passkeys; null where each page of this server may, as far as browsers allow (PK2). */
  passkeyOrigin: z.nullable(z.string()),
});
export type SignInOptions = z.infer<typeof signInOptions>;

export const oidcStart = z.strictObject({
  provider: z.string().check(z.maxLength(32)),
  /** The path to which the browser returns; it has to fit into a cookie. */
  to: z.string().check(z.maxLength(MAX_RETURN_LENGTH)),
  /** - `confirm`: the person shows again who they are, to change how they sign in. */
  purpose: z.enum(['sign-in', 'link', 'confirm']),
  as: z.optional(userId),
  invitation: z.optional(oneTimeToken),
});
export type OidcStart = z.input<typeof oidcStart>;
export const oidcRedirect = z.object({ url: z.string() });
export type OidcRedirect = z.infer<typeof oidcRedirect>;
