/**
 * The routes of the HTTP API, by method and address below `/api`: what each does, takes and answers, and what an API
 * token needs for it. The server's routes, the OpenAPI document and the reference of the guide are checked against this
 * table or made of it; a route that is missing here does not compile.
 */
import * as z from 'zod/mini';
import {
  account,
  addressVerification,
  deviceSessions,
  guestChoice,
  identityRemoval,
  invitationEnd,
  mailChoice,
  linkEntry,
  linkPassword,
  newInvitation,
  oidcRedirect,
  oidcStart,
  passwordChange,
  passwordConfirmation,
  passwordReset,
  passwordResetRequest,
  passwordSignIn,
  passwordSignUp,
  serverAdministration,
  serverSettingsPatch,
  sessionEnd,
  sessionRequest,
  signedInSession,
  signInOptions,
} from '../accounts.ts';
import {
  peopleKind,
  peoplePage,
  personPatch,
  personSessionsEnd,
  serverFigures,
} from '../administration.ts';
import {
  apiTokenCreate,
  apiTokenEnd,
  apiTokens,
  newApiToken,
  type ApiScope,
} from '../api-tokens.ts';
import { newWebhook, webhookChoice, webhookCreate, webhooks } from '../webhooks.ts';
import { auditAction, auditPage } from '../audit.ts';
import {
  commentCreate,
  commentCreated,
  commentReply,
  documentComments,
  documentVersions,
  pageBlocks,
  pageWritten,
  revision,
} from '../content.ts';
import {
  addressInvitation,
  addressWithdrawal,
  directoryPeople,
  invitedAddresses,
} from '../directory.ts';
import { fileId, fileList, MAX_FILE_NAME_LENGTH, storedFile } from '../files.ts';
import {
  administeredGroups,
  createdGroup,
  documentGroups,
  groupAddition,
  groupGrant,
  groupNaming,
  groupPeople,
} from '../groups.ts';
import { historyAuthors, historyPage } from '../history.ts';
import {
  documentCreate,
  documentPatch,
  documentPath,
  documentSummary,
  libraryPlaceText,
  backlinks,
  librarySearch,
  metPeople,
  profilePatch,
  searchResults,
  session,
  treePlaceText,
} from '../http.ts';
import { documentId, offset, user, userId } from '../messages/field.ts';
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
import { chatPage } from '../topics/chat.ts';
import { inboxPage, inboxPlace } from '../topics/inbox.ts';
import { libraryPage, listedDocument, treePage } from '../topics/library.ts';

/**
 * - `any`: every token
 * - `never`: no token, because the route is about sessions, accounts, profiles or the server
 */
export type RouteScope = ApiScope | 'any' | 'never';

export interface QueryParameter {
  readonly about: string;
  readonly schema: z.ZodMiniType;
  readonly isRequired?: true;
}

export interface RouteDescription {
  readonly summary: string;
  readonly scope: RouteScope;
  /** Nobody has to be signed in. */
  readonly isOpen?: true;
  readonly query?: Readonly<Record<string, QueryParameter>>;
  /** `bytes`: a file as it is. */
  readonly body?: z.ZodMiniType | 'bytes' | 'markdown';
  readonly isBodyOptional?: true;
  readonly answer: z.ZodMiniType | 'bytes' | 'json' | 'markdown' | 'nothing';
}

const number = z.int().check(z.nonnegative());
const after = (about: string) => ({ after: { about, schema: offset } });
const placeOf = (what: string): string => `the "next" of ${what}, to get what follows`;

const ROUTE_TABLE = {
  'GET /openapi.json': {
    summary: 'this description of the API, as an OpenAPI document',
    ...{ scope: 'any', isOpen: true, answer: 'json' },
  },

  'GET /documents': {
    summary: 'the documents that the person created or opened, last changed first',
    scope: 'documents:read',
    query: {
      after: { about: `${placeOf('a page')}, as \`<updatedAt>.<id>\``, schema: libraryPlaceText },
      search: { about: 'words of titles', schema: librarySearch },
    },
    answer: libraryPage,
  },
  'GET /documents/tree': {
    summary: 'the documents inside a document, or at the top of the tree, in their order',
    scope: 'documents:read',
    query: {
      in: { about: 'the document around them', schema: documentId },
      after: { about: `${placeOf('a page')}, as \`<position>.<id>\``, schema: treePlaceText },
    },
    answer: treePage,
  },
  'POST /documents': {
    summary: 'creates a document; the same again changes nothing',
    ...{ scope: 'documents:write', body: documentCreate, answer: documentSummary },
  },
  'GET /documents/:id': {
    summary: 'a document’s title, its excerpt, and what the person may do in it',
    ...{ scope: 'documents:read', answer: documentSummary },
  },
  'PATCH /documents/:id': {
    summary: 'renames a document',
    ...{ scope: 'documents:write', body: documentPatch, answer: documentSummary },
  },
  'GET /documents/:id/path': {
    summary:
      'the documents of the person’s list around a document, the outermost first, and itself',
    ...{ scope: 'documents:read', answer: documentPath },
  },
  'GET /documents/:id/backlinks': {
    summary: 'the 50 documents of the person that link to a document and were changed last',
    ...{ scope: 'documents:read', answer: backlinks },
  },
  'GET /documents/:id/visit': {
    summary: 'a document as it is on the person’s list',
    ...{ scope: 'documents:read', answer: listedDocument },
  },
  'DELETE /documents/:id/visit': {
    summary: 'takes a document off the person’s list',
    ...{ scope: 'documents:write', answer: 'nothing' },
  },
  'GET /documents/:id/markdown': {
    summary: 'the text of a page as Markdown; the header Tandem-Revision names its moment',
    ...{ scope: 'documents:read', answer: 'markdown' },
  },
  'PUT /documents/:id/markdown': {
    summary: 'replaces the text of a page; what reads so already is not changed',
    scope: 'documents:write',
    query: {
      base: {
        about: 'the revision that was read before; what others wrote since then stays',
        schema: revision,
      },
    },
    ...{ body: 'markdown', answer: pageWritten },
  },
  'POST /documents/:id/markdown': {
    summary: 'writes below the text of a page',
    ...{ scope: 'documents:write', body: 'markdown', answer: pageWritten },
  },
  'GET /documents/:id/blocks': {
    summary: 'the text of a page as blocks, with all that Markdown cannot express',
    ...{ scope: 'documents:read', answer: pageBlocks },
  },
  'GET /documents/:id/comments': {
    summary: 'the threads of comments, in the order in which they were started',
    ...{ scope: 'documents:read', answer: documentComments },
  },
  'POST /documents/:id/comments': {
    summary: 'comments on words of the text',
    ...{ scope: 'comments:write', body: commentCreate, answer: commentCreated },
  },
  'POST /documents/:id/comments/:thread/replies': {
    summary: 'replies in a thread',
    ...{ scope: 'comments:write', body: commentReply, answer: commentCreated },
  },
  'GET /documents/:id/chat': {
    summary: 'the newest messages of a document’s chat, or those before one',
    scope: 'documents:read',
    query: {
      before: { about: 'the number of a message', schema: number },
      limit: { about: '50 unless given, at most 500; fewer, if they are large', schema: number },
    },
    answer: chatPage,
  },
  'GET /documents/:id/history': {
    summary: 'the last 50 sessions of writing, or those before an offset',
    scope: 'history:read',
    query: { before: { about: placeOf('a page'), schema: offset } },
    answer: historyPage,
  },
  'GET /documents/:id/history/authors': {
    summary: 'whose Yjs client ids are',
    ...{ scope: 'history:read', query: after(placeOf('a page')), answer: historyAuthors },
  },
  'GET /documents/:id/history/versions': {
    summary: 'the moments that people have named, the newest first',
    ...{ scope: 'history:read', answer: documentVersions },
  },
  'GET /documents/:id/history/state': {
    summary: 'a document as it was after a row, as a Yjs update',
    scope: 'history:read',
    query: { offset: { about: 'of the row', schema: offset, isRequired: true } },
    answer: 'bytes',
  },
  'GET /documents/:id/history/rows': {
    summary: 'rows of a document, in the encoding of decodeHistoryRows',
    scope: 'history:read',
    query: {
      after: { about: 'the offset before the first one', schema: offset, isRequired: true },
      to: { about: 'the offset of the last one', schema: offset, isRequired: true },
    },
    answer: 'bytes',
  },
  'GET /documents/:id/files': {
    summary: 'the files that the person may delete, the newest first',
    scope: 'documents:read',
    query: { before: { about: placeOf('a page'), schema: fileId } },
    answer: fileList,
  },
  'PUT /documents/:id/files/:file': {
    summary: 'uploads a file under an id that the client has drawn',
    scope: 'documents:write',
    query: {
      name: { about: 'of the file', schema: z.string().check(z.maxLength(MAX_FILE_NAME_LENGTH)) },
      secret: { about: 'the secret that the id is made from (FI10)', schema: z.string() },
    },
    body: 'bytes',
    answer: storedFile,
  },
  'GET /documents/:id/files/:file': {
    summary: 'a file, or the part of it that Range names',
    ...{ scope: 'documents:read', answer: 'bytes' },
  },
  'POST /documents/:id/files/:file/copy': {
    summary: 'puts a file of another document, in which its link stands, into this one',
    ...{ scope: 'documents:write', answer: storedFile },
  },
  'DELETE /documents/:id/files/:file': {
    summary: 'deletes a file for good',
    ...{ scope: 'documents:write', answer: 'nothing' },
  },
  'GET /search': {
    summary: 'the best 20 documents by words of their titles, texts and comments',
    scope: 'search:read',
    query: { text: { about: 'what to search for', schema: librarySearch } },
    answer: searchResults,
  },
  'GET /notifications': {
    summary: 'the 50 newest notifications, or those before one',
    scope: 'notifications:read',
    query: { before: { about: placeOf('a page'), schema: inboxPlace } },
    answer: inboxPage,
  },
  'POST /documents/:id/link/password': {
    summary: 'sets the password of the link, or takes it away',
    ...{ scope: 'never', body: linkPassword, answer: 'nothing' },
  },
  'POST /documents/:id/link/entry': {
    summary: 'enters by a link with a password',
    ...{ scope: 'never', body: linkEntry, answer: 'nothing' },
  },
  'GET /documents/:id/invited': {
    summary: 'whom the person may add to a document, and the addresses that wait for their people',
    ...{ scope: 'never', answer: invitedAddresses },
  },
  'POST /documents/:id/invited': {
    summary: 'gives a role to the person who has this address, once they open the document',
    ...{ scope: 'never', body: addressInvitation, answer: 'nothing' },
  },
  'POST /documents/:id/invited/withdraw': {
    summary: 'takes back what was given to an address that nobody has claimed',
    ...{ scope: 'never', body: addressWithdrawal, answer: 'nothing' },
  },
  'GET /documents/:id/groups': {
    summary: 'the groups that have a role in a document, for those who may share it',
    ...{ scope: 'never', answer: documentGroups },
  },
  'POST /documents/:id/groups': {
    summary: 'gives a role to a group, or takes it away',
    ...{ scope: 'never', body: groupGrant, answer: 'nothing' },
  },
  'GET /me': { summary: 'the person', scope: 'any', answer: user },
  'PATCH /me': {
    summary: 'changes the person’s name or color',
    ...{ scope: 'never', body: profilePatch, answer: user },
  },
  'GET /people': {
    summary: 'people who share a document with the person, by name',
    scope: 'never',
    query: { search: { about: 'the beginning of a name', schema: librarySearch } },
    answer: metPeople,
  },
  'GET /directory': {
    summary: 'people and groups that the person may add to a document, by name',
    scope: 'never',
    query: { search: { about: 'the beginnings of words of a name', schema: librarySearch } },
    answer: directoryPeople,
  },

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
  'GET /server': {
    summary: 'settings and invitations; for administrators, as the next ones',
    ...{ scope: 'never', answer: serverAdministration },
  },
  'PATCH /server': {
    summary: 'changes settings',
    ...{ scope: 'never', body: serverSettingsPatch, answer: 'nothing' },
  },
  'POST /server/invitations': {
    summary: 'makes an invitation, which is shown once',
    ...{ scope: 'never', answer: newInvitation },
  },
  'POST /server/invitations/end': {
    summary: 'withdraws an invitation',
    ...{ scope: 'never', body: invitationEnd, answer: 'nothing' },
  },
  'GET /server/audit': {
    summary: 'the newest 50 rows of the audit log, or those before one; for administrators',
    scope: 'never',
    query: {
      person: { about: 'who did it, or whom it was done to', schema: userId },
      document: { about: 'in which document', schema: documentId },
      action: { about: 'what was done', schema: auditAction },
      since: { about: 'in milliseconds since 1970', schema: offset },
      until: { about: 'in milliseconds since 1970; not included', schema: offset },
      before: { about: placeOf('a page'), schema: offset },
    },
    answer: auditPage,
  },
  'GET /server/people': {
    summary:
      'the newest 50 people of a kind, or those after one; for administrators, as the next ones',
    scope: 'never',
    query: {
      kind: { about: 'which people; those with an account unless it is given', schema: peopleKind },
      search: { about: 'parts of names and addresses', schema: librarySearch },
      after: { about: placeOf('a page'), schema: userId },
    },
    answer: peoplePage,
  },
  'PATCH /server/people/:person': {
    summary: 'makes somebody an administrator, or keeps them out; or neither any more',
    ...{ scope: 'never', body: personPatch, answer: 'nothing' },
  },
  'POST /server/people/:person/sessions/end': {
    summary: 'signs somebody out everywhere, and removes their passkeys if that is asked for',
    ...{ scope: 'never', body: personSessionsEnd, answer: 'nothing' },
  },
  'GET /server/groups': {
    summary: 'all groups, by name',
    ...{ scope: 'never', answer: administeredGroups },
  },
  'POST /server/groups': {
    summary: 'makes a group',
    ...{ scope: 'never', body: groupNaming, answer: createdGroup },
  },
  'PATCH /server/groups/:group': {
    summary: 'renames a group',
    ...{ scope: 'never', body: groupNaming, answer: 'nothing' },
  },
  'DELETE /server/groups/:group': {
    summary: 'deletes a group, with the roles that it gives',
    ...{ scope: 'never', answer: 'nothing' },
  },
  'GET /server/groups/:group/people': {
    summary: 'who is in a group, by name',
    ...{ scope: 'never', answer: groupPeople },
  },
  'POST /server/groups/:group/people': {
    summary: 'puts somebody into a group',
    ...{ scope: 'never', body: groupAddition, answer: 'nothing' },
  },
  'DELETE /server/groups/:group/people/:person': {
    summary: 'takes somebody out of a group',
    ...{ scope: 'never', answer: 'nothing' },
  },
  'DELETE /server/publications/:publication': {
    summary: 'takes a page off the web, by the id in its address',
    ...{ scope: 'never', answer: 'nothing' },
  },
  'GET /server/figures': {
    summary: 'how many people, documents and files there are, and who has uploaded the most',
    ...{ scope: 'never', answer: serverFigures },
  },
} as const satisfies Readonly<Record<string, RouteDescription>>;

export type DescribedRoute = keyof typeof ROUTE_TABLE;

export const ROUTES: { readonly [A in DescribedRoute]: RouteDescription } = ROUTE_TABLE;
