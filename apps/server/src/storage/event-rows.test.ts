import { expect, test } from 'vitest';
import { chatKey } from './channel-key.ts';
import { readEvents } from './event-rows.ts';
import { temporaryDatabase } from './testing/temporary-database.ts';

async function readStored(...events: readonly unknown[]) {
  const db = await temporaryDatabase();
  const channel = chatKey('d');
  const rows = events.map((event, at) => ({
    channel,
    offset: at + 1,
    data: JSON.stringify(event),
    at: 1,
  }));
  await db.insertInto('event').values(rows).execute();
  return await readEvents(db, channel, events.length);
}

const SEEN = { name: 'profile:changed', at: 1, user: { id: 'ada', name: 'Ada', color: 1 } };

test('UP9 unknown events, and unknown fields at every depth, are passed on as they were stored', async () => {
  const events = [
    { ...SEEN, user: { ...SEEN.user, pronouns: 'she' }, from: 'next' },
    { name: 'chat:pinned', at: 2, message: { id: 'm1', by: 'ada' } },
    SEEN,
  ];
  expect(await readStored(...events)).toMatchObject({ from: 0, events });
});

test.each([
  ['a known event that does not fit', { name: 'profile:changed', at: 1, user: 'ada' }],
  ['an unknown event without its time', { name: 'chat:pinned' }],
  ['something without a name', { at: 1 }],
])('%s ends the run, and clients get the state instead', async (_, event) => {
  expect(await readStored(event, SEEN)).toMatchObject({ from: 1, events: [SEEN] });
  expect(await readStored(SEEN, event)).toBeNull();
});
