/** Named versions: names that people gave to moments of a document's history. */
import * as z from 'zod/mini';
import { MAX_NAMED_VERSIONS, MAX_VERSION_TITLE_LENGTH } from '../limits.ts';
import { documentId, instant, offset, ulid, userId } from '../messages/field.ts';
import { acceptedText, sentText } from '../text.ts';
import { commandsOf, defineChannel, defineCommands, IN_TURN } from './definition.ts';
import { defineEvent } from './event.ts';

const newVersionTitle = acceptedText({
  lines: 'one',
  maxLength: MAX_VERSION_TITLE_LENGTH,
  tooLong: `Enter a name of at most ${MAX_VERSION_TITLE_LENGTH} characters.`,
  empty: 'Enter a name with visible characters.',
  trimmed: 'both',
});
const versionTitle = sentText(MAX_VERSION_TITLE_LENGTH, 1);

export const namedVersion = z.object({
  id: ulid,
  /** The document after this row. */
  offset,
  title: versionTitle,
  by: userId,
  at: instant,
});
export type NamedVersion = z.infer<typeof namedVersion>;

export const versionsState = z.object({
  type: z.literal('versions'),
  /** The newest moment first. */
  versions: z.array(namedVersion),
});
export type VersionsState = z.infer<typeof versionsState>;

const versionEvents = [
  defineEvent('version:named', { version: namedVersion }),
  defineEvent('version:renamed', { version: ulid, title: versionTitle }),
  defineEvent('version:deleted', { version: ulid }),
] as const;
export const versionsEvent = z.discriminatedUnion('name', [...versionEvents]);
export type VersionsEvent = z.infer<typeof versionsEvent>;

function reduceVersions(state: VersionsState, event: VersionsEvent): VersionsState {
  switch (event.name) {
    case 'version:named': {
      const { version } = event;
      const others = state.versions.filter(({ id }) => id !== version.id);
      const versions = [version, ...others].toSorted(byOffset).slice(0, MAX_NAMED_VERSIONS);
      return { ...state, versions };
    }
    case 'version:renamed':
      return {
        ...state,
        versions: state.versions.map((version) =>
          version.id === event.version ? { ...version, title: event.title } : version,
        ),
      };
    case 'version:deleted':
      return { ...state, versions: state.versions.filter(({ id }) => id !== event.version) };
  }
}

function byOffset(one: NamedVersion, other: NamedVersion): number {
  return other.offset - one.offset || (one.id < other.id ? 1 : -1);
}

export const versionsChannel = defineChannel({
  type: 'versions',
  of: 'document',
  state: versionsState,
  event: versionsEvent,
  reduce: reduceVersions,
});

const defineCommand = commandsOf(versionsChannel);

export const versionCommands = defineCommands(
  defineCommand({
    name: 'version:name',
    summary: 'Names a moment of the document’s history.',
    input: z.strictObject({ document: documentId, offset, title: newVersionTitle }),
    order: IN_TURN,
    replaces: null,
    isIdempotent: false,
    predict: ({ id, input: { offset: moment, title }, user, at }) => ({
      name: 'version:named',
      version: { id, offset: moment, title, by: user.id, at },
    }),
  }),
  defineCommand({
    name: 'version:rename',
    summary: 'Gives a named version another name.',
    input: z.strictObject({ document: documentId, version: ulid, title: newVersionTitle }),
    order: IN_TURN,
    replaces: { key: ({ version }) => `version ${version}` },
    isIdempotent: false,
    predict: ({ input: { version, title } }) => ({ name: 'version:renamed', version, title }),
  }),
  defineCommand({
    name: 'version:delete',
    summary: 'Takes the name of a version away. Its moment stays in the history.',
    input: z.strictObject({ document: documentId, version: ulid }),
    order: IN_TURN,
    replaces: null,
    isIdempotent: false,
    predict: ({ input: { version } }) => ({ name: 'version:deleted', version }),
  }),
);
