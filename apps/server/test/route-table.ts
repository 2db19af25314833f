/**
 * The expected answer of each route of the API: by the caller's part in a document and by where the document is, or, for
 * routes about the caller alone, by who the caller is. A route, a caller or a place without a cell does not compile.
 */
import { ulid } from 'ulid';
import { newFile } from './file-transfers.ts';
import type { RouteAddress } from '../src/api/api-routes.ts';

/** `former` was an editor until a moment ago; `administrator` administers the server, and has no role. */
export const CALLERS = [
  ...['owner', 'editor', 'commenter', 'viewer'],
  ...['former', 'outsider', 'administrator', 'nobody'],
] as const;
export type Caller = (typeof CALLERS)[number];

export const PLACES = [
  /** The roles are those of the document itself. */
  'shared',
  /** The roles are those of the document around it (TR5). */
  'inside a shared one',
  /** As before, but restricted (TR6). */
  'restricted',
  'in the trash',
  /** The document around it is in the trash (TR8). */
  'inside one in the trash',
  'purged',
  /** Nobody has ever created it. */
  'missing',
] as const;
export type Place = (typeof PLACES)[number];

const NO_WEBHOOK = ulid();
const NO_GROUP = ulid();

export const PARTIES = ['administrator', 'account', 'guest', 'nobody'] as const;
export type Party = (typeof PARTIES)[number];

type Status = 200 | 204 | 400 | 401 | 403 | 404;
/** `nothing`: 200, and not a word of the document or of what is inside it. */
type Cell = Status | 'nothing';
type ByCaller = { readonly [C in Caller]: Cell };
type ByPlace = { readonly [P in Place]: ByCaller };
type ByParty = { readonly [P in Party]: Status };

/** The rest of an address after `/api`, and what is sent to it; `bytes` are an upload. */
export interface Ask {
  readonly path: string;
  readonly body?: unknown;
  readonly bytes?: string;
  /** Whether a page of the server asks, which names its origin. */
  readonly isPage?: boolean;
}

export interface Subject {
  readonly document: string;
  /** Was uploaded into the document, where that was possible. */
  readonly file: string;
}

export interface DocumentRow {
  /** @param text of this request alone: it is nowhere afterwards if the request is refused. */
  readonly ask: (subject: Subject, text: string) => Ask;
  readonly cells: ByPlace;
}
export interface CallerRow {
  readonly ask: (password: string) => Ask;
  readonly parties: ByParty;
}

const everyone = (cell: Cell): ByCaller => ({
  owner: cell,
  editor: cell,
  commenter: cell,
  viewer: cell,
  former: cell,
  outsider: cell,
  administrator: cell,
  nobody: 401,
});
const UNKNOWN = everyone(404);
const READING = { owner: 200, editor: 200, commenter: 200, viewer: 200 } as const;
const READERS: ByCaller = { ...UNKNOWN, ...READING };
const WRITERS: ByCaller = { ...READERS, commenter: 403, viewer: 403 };

/** @param trashed what the owner gets from a document in the trash (PO3). */
const byPlace = (cells: ByCaller, trashed: Cell, unknown = UNKNOWN): ByPlace => ({
  shared: cells,
  'inside a shared one': cells,
  restricted: { ...unknown, owner: cells.owner },
  'in the trash': { ...unknown, owner: trashed },
  'inside one in the trash': { ...unknown, owner: trashed },
  purged: unknown,
  missing: unknown,
});
const forReaders = byPlace(READERS, 200);
const forWriters = byPlace(WRITERS, 403);
/** PO6: as for writing. */
const forHistory = forWriters;
/** FI11: of a file that the owner has uploaded. */
const forOwners = byPlace(
  { ...UNKNOWN, owner: 204, editor: 403, commenter: 403, viewer: 403 },
  403,
);
const whereShared = (owner: Status): ByPlace => ({
  ...forOwners,
  shared: { ...forOwners.shared, owner },
  'inside a shared one': { ...forOwners['inside a shared one'], owner },
  restricted: { ...forOwners.restricted, owner },
});
const NOTHING = everyone('nothing');
/** Lists, which are empty for people who may not read the document. */
const listed = byPlace({ ...NOTHING, ...READING }, 'nothing', NOTHING);

const all = (status: Status): ByParty => ({
  administrator: status,
  account: status,
  guest: status,
  nobody: status,
});
const signedIn = (status: 200 | 204): ByParty => ({ ...all(status), nobody: 401 });
const administrators = (status: 200 | 204): ByParty => ({
  ...signedIn(200),
  administrator: status,
  account: 403,
  guest: 403,
});

const noGroup: ByParty = { ...administrators(204), administrator: 404 };

const ofDocument = (ask: DocumentRow['ask'], cells: ByPlace): DocumentRow => ({ ask, cells });
const ofCaller = (ask: CallerRow['ask'], parties: ByParty): CallerRow => ({ ask, parties });

const newUpload = (name: string): string => {
  const { id, secret } = newFile();
  return `/files/${id}?name=${name}&secret=${secret}`;
};

const at = (rest: string) => (subject: Subject) => ({
  path: `/documents/${subject.document}${rest}`,
});
const to = (path: string, body?: unknown) => () => ({ path, body });
const fromPage = (path: string) => () => ({ path, isPage: true });

const unsigned = { id: 'unknown', rawId: 'unknown', type: 'public-key' };
const NEW_PASSKEY = { ...unsigned, response: { clientDataJSON: 'e30', attestationObject: 'oA' } };
const SHOWN_PASSKEY = {
  ...unsigned,
  response: { clientDataJSON: 'e30', authenticatorData: 'AA', signature: 'AA', userHandle: 'AA' },
};

export const ROUTE_TABLE: { readonly [A in RouteAddress]: readonly (DocumentRow | CallerRow)[] } = {
  'GET /documents': [ofCaller(to('/documents'), signedIn(200))],
  'GET /documents/tree': [
    ofCaller(to('/documents/tree'), signedIn(200)),
    ofDocument(({ document }) => ({ path: `/documents/tree?in=${document}` }), listed),
  ],
  'POST /documents': [
    ofCaller(() => ({ path: '/documents', body: { id: `page-${ulid()}` } }), signedIn(200)),
    // Nobody gets a document by creating it again.
    ofDocument(
      ({ document }, text) => ({ path: '/documents', body: { id: document, title: text } }),
      // The first one creates it, with a link for everyone.
      { ...forReaders, missing: everyone(200) },
    ),
  ],
  'GET /documents/:id': [ofDocument(at(''), forReaders)],
  'PATCH /documents/:id': [
    ofDocument((subject, title) => ({ ...at('')(subject), body: { title } }), forWriters),
  ],
  'GET /documents/:id/path': [ofDocument(at('/path'), listed)],
  'GET /documents/:id/backlinks': [ofDocument(at('/backlinks'), forReaders)],
  'GET /documents/:id/visit': [ofDocument(at('/visit'), byPlace(READERS, 404))],
  // Whatever is not on the list is off it.
  'DELETE /documents/:id/visit': [
    ofDocument(at('/visit'), byPlace(everyone(204), 204, everyone(204))),
  ],
  'GET /documents/:id/markdown': [ofDocument(at('/markdown'), forReaders)],
  'PUT /documents/:id/markdown': [
    ofDocument((subject, bytes) => ({ ...at('/markdown')(subject), bytes }), forWriters),
  ],
  'POST /documents/:id/markdown': [
    ofDocument((subject, bytes) => ({ ...at('/markdown')(subject), bytes }), forWriters),
  ],
  'GET /documents/:id/blocks': [ofDocument(at('/blocks'), forReaders)],
  'GET /documents/:id/comments': [ofDocument(at('/comments'), forReaders)],
  // The document has no such words, which only those learn who may comment.
  'POST /documents/:id/comments': [
    ofDocument(
      (subject, text) => ({ ...at('/comments')(subject), body: { text, quote: text } }),
      byPlace({ ...READERS, owner: 400, editor: 400, commenter: 400, viewer: 403 }, 403),
    ),
  ],
  'POST /documents/:id/comments/:thread/replies': [
    ofDocument(
      (subject, text) => ({ ...at(`/comments/${ulid()}/replies`)(subject), body: { text } }),
      byPlace({ ...UNKNOWN, viewer: 403 }, 403),
    ),
  ],
  'GET /documents/:id/history/versions': [ofDocument(at('/history/versions'), forHistory)],
  'GET /documents/:id/chat': [ofDocument(at('/chat'), forReaders)],
  'GET /documents/:id/history': [ofDocument(at('/history'), forHistory)],
  'GET /documents/:id/history/authors': [ofDocument(at('/history/authors'), forHistory)],
  'GET /documents/:id/history/state': [ofDocument(at('/history/state?offset=1'), forHistory)],
  'GET /documents/:id/history/rows': [ofDocument(at('/history/rows?after=0&to=1'), forHistory)],
  'GET /documents/:id/files': [ofDocument(at('/files'), forReaders)],
  'PUT /documents/:id/files/:file': [
    ofDocument((subject, text) => ({ ...at(newUpload(text))(subject), bytes: text }), forWriters),
  ],
  'GET /documents/:id/files/:file': [
    ofDocument((subject) => at(`/files/${subject.file}`)(subject), forReaders),
  ],
  // Where it is already, so that only the right to write decides.
  'POST /documents/:id/files/:file/copy': [
    ofDocument((subject) => at(`/files/${subject.file}/copy`)(subject), forWriters),
  ],
  'DELETE /documents/:id/files/:file': [
    ofDocument((subject) => at(`/files/${subject.file}`)(subject), forOwners),
  ],

  // Links of this table are off; the answer is that of a document that nobody may read.
  'POST /documents/:id/link/password': [
    ofDocument((subject) => ({ ...at('/link/password')(subject), body: { password: null } }), {
      ...forOwners,
      shared: { ...forOwners.shared, owner: 403 },
      'inside a shared one': { ...forOwners['inside a shared one'], owner: 403 },
      restricted: { ...forOwners.restricted, owner: 403 },
    }),
  ],
  'POST /documents/:id/link/entry': [
    ofDocument(
      (subject, password) => ({ ...at('/link/entry')(subject), body: { password } }),
      byPlace(everyone(403), 403, everyone(403)),
    ),
  ],

  'GET /documents/:id/invited': [ofDocument(at('/invited'), whereShared(200))],
  'POST /documents/:id/invited': [
    ofDocument(
      (subject) => ({
        ...at('/invited')(subject),
        body: { email: 'ned@example.org', role: 'viewer' },
      }),
      forOwners,
    ),
  ],
  'POST /documents/:id/invited/withdraw': [
    ofDocument(
      (subject) => ({ ...at('/invited/withdraw')(subject), body: { email: 'ned@example.org' } }),
      forOwners,
    ),
  ],
  'GET /documents/:id/groups': [ofDocument(at('/groups'), whereShared(200))],
  // A group that the owner does not find is as one that does not exist (GR2).
  'POST /documents/:id/groups': [
    ofDocument(
      (subject) => ({ ...at('/groups')(subject), body: { group: NO_GROUP, role: 'viewer' } }),
      whereShared(404),
    ),
  ],

  'GET /openapi.json': [ofCaller(to('/openapi.json'), all(200))],
  'GET /me': [ofCaller(to('/me'), signedIn(200))],
  'PATCH /me': [ofCaller(to('/me', { name: 'Ada' }), signedIn(200))],
  'GET /directory': [ofCaller(to('/directory?search=a'), signedIn(200))],
  'GET /people': [ofCaller(to('/people'), signedIn(200))],
  'GET /notifications': [ofCaller(to('/notifications'), signedIn(200))],
  'GET /search': [ofCaller(to('/search?text=tide'), signedIn(200))],

  'POST /session': [ofCaller(to('/session'), all(200))],
  'POST /session/end': [ofCaller(to('/session/end'), all(204))],
  'GET /account': [ofCaller(to('/account'), signedIn(200))],
  'GET /account/options': [ofCaller(to('/account/options'), all(200))],
  'POST /account/sign-up': [
    ofCaller(
      (password) => ({
        path: '/account/sign-up',
        body: { email: `${ulid().toLowerCase()}@example.org`, password },
      }),
      { ...all(200), administrator: 403, account: 403 },
    ),
  ],
  'POST /account/sign-in': [
    ofCaller(
      (password) => ({
        path: '/account/sign-in',
        body: { email: `${ulid().toLowerCase()}@example.org`, password },
      }),
      all(403),
    ),
  ],
  'POST /account/password': [
    ofCaller(
      (current) => ({
        path: '/account/password',
        body: { current, password: current },
      }),
      { ...signedIn(204), guest: 403 },
    ),
  ],
  'POST /account/oidc': [
    ofCaller(to('/account/oidc', { provider: 'none', to: '/', purpose: 'link' }), all(404)),
  ],
  'POST /account/reset': [
    // The server of these tests sends no mails.
    ofCaller(to('/account/reset', { email: 'unknown@example.org' }), all(404)),
  ],
  'POST /account/reset/finish': [
    ofCaller(
      (password) => ({ path: '/account/reset/finish', body: { token: 'A'.repeat(43), password } }),
      all(403),
    ),
  ],
  'POST /account/verification': [
    ofCaller(to('/account/verification'), { ...all(404), nobody: 401 }),
  ],
  'POST /account/verification/finish': [
    ofCaller(to('/account/verification/finish', { token: 'A'.repeat(43), as: 'nobody' }), {
      ...all(403),
      nobody: 401,
    }),
  ],
  'POST /account/mails': [
    ofCaller(to('/account/mails', { frequency: 'daily' }), { ...signedIn(204), guest: 403 }),
  ],
  'POST /account/confirm': [
    ofCaller((password) => ({ path: '/account/confirm', body: { password } }), {
      ...signedIn(204),
      guest: 403,
    }),
  ],
  'POST /account/identities/remove': [
    ofCaller(
      to('/account/identities/remove', { issuer: 'https://id.example.org', subject: 'unknown' }),
      { ...all(404), guest: 403, nobody: 401 },
    ),
  ],
  'GET /account/passkeys': [ofCaller(to('/account/passkeys'), signedIn(200))],
  'POST /account/passkeys/options': [
    // Only a page of this server gets a challenge.
    ofCaller(to('/account/passkeys/options'), { ...all(403), nobody: 401 }),
    ofCaller(fromPage('/account/passkeys/options'), { ...signedIn(200), guest: 403 }),
  ],
  'POST /account/passkeys': [
    ofCaller(to('/account/passkeys', { name: 'Laptop', credential: NEW_PASSKEY }), {
      ...all(403),
      nobody: 401,
    }),
  ],
  'POST /account/passkeys/rename': [
    ofCaller(to('/account/passkeys/rename', { passkey: 'unknown', name: 'Laptop' }), {
      ...all(404),
      nobody: 401,
    }),
  ],
  'POST /account/passkeys/remove': [
    ofCaller(to('/account/passkeys/remove', { passkey: 'unknown' }), {
      ...all(404),
      guest: 403,
      nobody: 401,
    }),
  ],
  // Nobody here has a passkey: `passkeys.test.ts` asks with one.
  'POST /account/passkeys/confirm/options': [
    ofCaller(fromPage('/account/passkeys/confirm/options'), { ...all(403), nobody: 401 }),
  ],
  'POST /account/passkeys/confirm': [
    ofCaller(to('/account/passkeys/confirm', { credential: SHOWN_PASSKEY }), {
      ...all(403),
      nobody: 401,
    }),
  ],
  'POST /account/passkeys/sign-in/options': [
    ofCaller(to('/account/passkeys/sign-in/options'), all(403)),
    ofCaller(fromPage('/account/passkeys/sign-in/options'), all(200)),
  ],
  'POST /account/passkeys/sign-in': [
    ofCaller(to('/account/passkeys/sign-in', { credential: SHOWN_PASSKEY }), all(403)),
  ],
  'GET /account/sessions': [ofCaller(to('/account/sessions'), signedIn(200))],
  'POST /account/sessions/end': [
    ofCaller(to('/account/sessions/end', { session: null }), signedIn(204)),
  ],
  'GET /account/tokens': [ofCaller(to('/account/tokens'), signedIn(200))],
  'POST /account/tokens': [
    ofCaller(to('/account/tokens', { name: 'Bot', scopes: ['documents:read'], days: null }), {
      ...signedIn(200),
      guest: 403,
    }),
  ],
  'POST /account/tokens/end': [
    ofCaller(to('/account/tokens/end', { token: 'unknown' }), signedIn(204)),
  ],
  'GET /account/webhooks': [ofCaller(to('/account/webhooks'), signedIn(200))],
  'POST /account/webhooks': [
    ofCaller(
      to('/account/webhooks', {
        ...{ name: 'Bot', url: 'https://receiver.example', document: null },
        events: ['document.created'],
      }),
      { ...signedIn(200), guest: 403 },
    ),
  ],
  'POST /account/webhooks/end': [
    ofCaller(to('/account/webhooks/end', { webhook: NO_WEBHOOK }), signedIn(204)),
  ],
  'POST /account/webhooks/rotate': [
    ofCaller(to('/account/webhooks/rotate', { webhook: NO_WEBHOOK }), { ...all(404), nobody: 401 }),
  ],
  'POST /account/webhooks/pause': [
    ofCaller(to('/account/webhooks/pause', { webhook: NO_WEBHOOK }), { ...all(404), nobody: 401 }),
  ],
  'POST /account/webhooks/resume': [
    ofCaller(to('/account/webhooks/resume', { webhook: NO_WEBHOOK }), { ...all(404), nobody: 401 }),
  ],
  'POST /account/webhooks/test': [
    ofCaller(to('/account/webhooks/test', { webhook: NO_WEBHOOK }), { ...all(404), nobody: 401 }),
  ],
  'POST /account/guest': [ofCaller(to('/account/guest', { take: true }), signedIn(204))],
  'GET /server/people': [ofCaller(to('/server/people'), administrators(200))],
  // Nobody is there to be changed.
  'PATCH /server/people/:person': [
    ofCaller(to('/server/people/nobody', { isBlocked: true }), {
      ...administrators(204),
      administrator: 404,
    }),
  ],
  'POST /server/people/:person/sessions/end': [
    ofCaller(
      to('/server/people/nobody/sessions/end', { removesPasskeys: false }),
      administrators(204),
    ),
  ],
  'GET /server/groups': [ofCaller(to('/server/groups'), administrators(200))],
  'POST /server/groups': [ofCaller(to('/server/groups', { name: 'Crew' }), administrators(200))],
  // No group is there to be changed.
  'PATCH /server/groups/:group': [
    ofCaller(to(`/server/groups/${NO_GROUP}`, { name: 'Crew' }), noGroup),
  ],
  'DELETE /server/groups/:group': [ofCaller(to(`/server/groups/${NO_GROUP}`), administrators(204))],
  'GET /server/groups/:group/people': [ofCaller(to(`/server/groups/${NO_GROUP}/people`), noGroup)],
  'POST /server/groups/:group/people': [
    ofCaller(to(`/server/groups/${NO_GROUP}/people`, { person: 'nobody' }), noGroup),
  ],
  'DELETE /server/groups/:group/people/:person': [
    ofCaller(to(`/server/groups/${NO_GROUP}/people/nobody`), administrators(204)),
  ],
  // No page is there to be taken off.
  'DELETE /server/publications/:publication': [
    ofCaller(to(`/server/publications/${'0'.repeat(32)}`), {
      ...administrators(204),
      administrator: 404,
    }),
  ],
  'GET /server/figures': [ofCaller(to('/server/figures'), administrators(200))],
  'GET /server/audit': [ofCaller(to('/server/audit'), administrators(200))],
  'GET /server': [ofCaller(to('/server'), administrators(200))],
  'PATCH /server': [ofCaller(to('/server', { registration: 'open' }), administrators(204))],
  'POST /server/invitations': [ofCaller(to('/server/invitations'), administrators(200))],
  'POST /server/invitations/end': [
    ofCaller(to('/server/invitations/end', { invitation: 'none' }), administrators(204)),
  ],
};
