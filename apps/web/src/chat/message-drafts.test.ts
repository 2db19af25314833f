import type { RefusedListener } from '@tandem/client';
import { errorOf, type ThreadMessage } from '@tandem/protocol';
import { expect, test } from 'vitest';
import {
  withoutContext,
  MessageDrafts,
  EMPTY_DRAFT,
  currentText,
  withText,
  type MessageDraft,
} from './message-drafts.ts';

const plain = (text: string) => ({ text, mentions: [] });
const message = (id: string) => ({ id, text: `what ${id} says` }) as ThreadMessage;

function drafts() {
  let refuse!: RefusedListener;
  const all = new MessageDrafts({
    onRefused: (listener) => {
      refuse = listener;
      return () => undefined;
    },
  });
  const refused = (text: string) => {
    const input = { document: 'plan', text, mentions: [], replyTo: null };
    refuse({ name: 'chat:send', id: text, at: 1, input }, errorOf('forbidden'));
  };
  return { all, refuse, refused, text: () => all.of('plan').get().next.text };
}

test('a refused message returns in front of the current draft', () => {
  const { all, refused, text } = drafts();
  refused('one');
  expect(text()).toBe('one');
  all.change('plan', () => withText(all.of('plan').get(), plain('three')));
  refused('two');
  expect(text()).toBe('two\nthree');
  expect(all.of('other').get()).toBe(EMPTY_DRAFT);
});

test('IM17 the words of a refused import stay in their file', () => {
  const { all, refuse } = drafts();
  const author = { name: 'Ada', color: 1 };
  const imported = { author, at: 1, editedAt: null, reactions: [] };
  const input = { document: 'plan', text: 'one', mentions: [], replyTo: null, imported };
  refuse({ name: 'chat:send', id: 'c', at: 1, input }, errorOf('forbidden'));
  expect(all.of('plan').get()).toBe(EMPTY_DRAFT);
});

test('the text of a refused edit returns to the draft, where it is not lost', () => {
  const { all, refuse, text } = drafts();
  all.change('plan', () => withText(all.of('plan').get(), plain('next')));
  const input = { document: 'plan', message: 'm', text: 'corrected', mentions: [] };
  refuse({ name: 'chat:edit', id: 'c', at: 1, input }, errorOf('forbidden'));
  expect(text()).toBe('corrected\nnext');
});

test('an edit leaves the next message unchanged, and so does leaving a reply', () => {
  const next: MessageDraft = { next: plain('half a sentence'), replyTo: message('a'), edit: null };
  const edit = withText(
    { ...next, edit: { message: message('b'), corrected: plain('old') } },
    plain('new'),
  );
  expect(currentText(edit)).toEqual(plain('new'));
  expect(withoutContext(edit)).toEqual(next);
  expect(withoutContext(next)).toEqual({ ...next, replyTo: null });
});
