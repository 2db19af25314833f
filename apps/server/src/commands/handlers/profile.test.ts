import { expect, it } from 'vitest';
import { chatKey, libraryKey, sharingKey } from '../../channels/channel-key.ts';
import { Stage } from './testing/stage.ts';

const PEOPLE = ['ada', 'bob'] as const;

it('tells whoever has many documents that their new name is there, in words that they understand (W26)', async () => {
  const stage = await Stage.open(PEOPLE);
  const documents = Array.from({ length: 6 }, (_, i) => `document-of-the-stage-${i}`);
  for (const document of documents) {
    await stage.do('ada', { name: 'document:create', input: { document } });
    const said = { document, text: 'Hello', mentions: [], replyTo: null };
    await stage.do('ada', { name: 'chat:send', input: said });
  }
  const id = stage.nextId();
  const call = { name: 'profile:change', input: { name: 'Ada Lovelace' } } as const;
  const answer = await stage.run('ada', call, id);
  expect(answer).toMatchObject({ kind: 'done', repeated: false });
  expect(await stage.run('ada', call, id)).toEqual({ ...answer, repeated: true });
  // Where its author waits for it comes first.
  const first = answer.kind === 'done' ? answer.positions[0] : undefined;
  expect(first).toMatchObject({ name: 'library', offset: stage.library('ada').length });
  for (const key of documents.flatMap((document) => [chatKey(document), sharingKey(document)]))
    expect(stage.events.get(key)?.at(-1)).toMatchObject({ name: 'profile:changed' });
  expect(stage.events.get(libraryKey('bob'))).toBeUndefined();
});
