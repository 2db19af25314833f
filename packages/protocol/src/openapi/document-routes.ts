/** Routes about documents, what is in them, and the person who asks. */
import * as z from 'zod/mini';
import { linkEntry, linkPassword } from '../accounts.ts';
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
import { documentGroups, groupGrant } from '../groups.ts';
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
  treePlaceText,
} from '../http.ts';
import { documentId, offset, user } from '../messages/field.ts';
import { chatPage } from '../topics/chat.ts';
import { inboxPage, inboxPlace } from '../topics/inbox.ts';
import { libraryPage, listedDocument, treePage } from '../topics/library.ts';
import type { RouteDescription } from './route-description.ts';

const number = z.int().check(z.nonnegative());
const after = (about: string) => ({ after: { about, schema: offset } });
const placeOf = (what: string): string => `the "next" of ${what}, to get what follows`;

export const DOCUMENT_ROUTES = {
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
} as const satisfies Readonly<Record<string, RouteDescription>>;
