/** Routes about the server, for administrators. */
import {
  invitationEnd,
  newInvitation,
  serverAdministration,
  serverSettingsPatch,
} from '../accounts.ts';
import {
  peopleKind,
  peoplePage,
  personPatch,
  personSessionsEnd,
  serverFigures,
} from '../administration.ts';
import { auditAction, auditPage } from '../audit.ts';
import {
  administeredGroups,
  createdGroup,
  groupAddition,
  groupNaming,
  groupPeople,
} from '../groups.ts';
import { librarySearch } from '../http.ts';
import { documentId, offset, userId } from '../messages/field.ts';
import type { RouteDescription } from './route-description.ts';

const placeOf = (what: string): string => `the "next" of ${what}, to get what follows`;

export const SERVER_ROUTES = {
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
