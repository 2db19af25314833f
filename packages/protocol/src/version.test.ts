import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import * as http from './http.ts';
import * as library from './topics/library.ts';
import { jsonBodies, MESSAGES, type MessageType } from './messages/message.ts';
import { CHANNEL_STATE_VERSION, PROTOCOL_VERSION } from './version.ts';

/**
 * A failure means that the wire has changed. If an old peer reads the new messages as before (a new
 * type that clients skip, a new field of the server's or an optional one of clients; W45), update
 * the snapshot. Otherwise raise PROTOCOL_VERSION too, keep reading the old version, and describe
 * both in PROTOCOL.md. If a channel state or an event has changed, raise CHANNEL_STATE_VERSION.
 */
test('W1: the schemas belong to this protocol version', async () => {
  const messages = Object.fromEntries(
    (Object.keys(MESSAGES) as MessageType[]).map((type) => [
      type,
      {
        ...MESSAGES[type],
        body: z.toJSONSchema(jsonBodies[type] as z.ZodMiniType, { io: 'input' }),
      },
    ]),
  );
  const { libraryPage } = library;
  const {
    session,
    profilePatch,
    documentSummary,
    documentCreate,
    documentPatch,
    metPeople,
    searchResults,
    errorAnswer,
  } = http;
  const bodies = Object.fromEntries(
    Object.entries({
      session,
      profilePatch,
      documentSummary,
      libraryPage,
      documentCreate,
      documentPatch,
      metPeople,
      searchResults,
      errorAnswer,
    }).map(([name, schema]) => [name, z.toJSONSchema(schema, { io: 'input' })]),
  );
  await expect(
    `${JSON.stringify({ PROTOCOL_VERSION, CHANNEL_STATE_VERSION, messages, bodies }, null, 2)}\n`,
  ).toMatchFileSnapshot('../fixtures/schema.v1.json');
});
