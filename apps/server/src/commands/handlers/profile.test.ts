import { expect, test } from 'vitest';
import { chatKey, libraryKey, sharingKey } from '../../storage/channel-key.ts';
import { Fixture } from './testing/command-fixture.ts';

const PEOPLE = ['ada', 'bob'] as const;

test('a name change of a user with many documents returns a limited number of positions (W26)', async () => {
  const fixture = await Fixture.open(PEOPLE);
  const documents = Array.from({ length: 6 }, (_, i) => `document-of-the-stage-${i}`);
  for (const document of documents) {
    await fixture.do('ada', { name: 'document:create', input: { document } });
    const said = { document, text: 'Hello', mentions: [], replyTo: null };
    await fixture.do('ada', { name: 'chat:send', input: said });
  }
  const id = fixture.nextId();
  const call = { name: 'profile:change', input: { name: 'Ada Lovelace' } } as const;
  const answer = await fixture.run('ada', call, id);
  expect(answer).toMatchObject({ kind: 'done', repeated: false });
  expect(await fixture.run('ada', call, id)).toEqual({ ...answer, repeated: true, events: 0 });
  // The channel on which the author waits comes first.
  const first = answer.kind === 'done' ? answer.positions[0] : undefined;
  expect(first).toMatchObject({ name: 'library', offset: fixture.library('ada').length });
  for (const key of documents.flatMap((document) => [chatKey(document), sharingKey(document)]))
    expect(fixture.events.get(key)?.at(-1)).toMatchObject({ name: 'profile:changed' });
  expect(fixture.events.get(libraryKey('bob'))).toBeUndefined();
});
