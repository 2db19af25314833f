// @vitest-environment happy-dom
import type { CommentThread, ThreadMessage } from '@tandem/protocol';
import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startLanguage } from '../languages/i18n.ts';
import { addTexts } from '../translation/translation.ts';
import chatTexts from '../languages/chat.en.json' with { type: 'json' };
import texts from '../languages/comments.en.json' with { type: 'json' };
import { Announcements } from './announcements.tsx';
import { ThreadCard } from './thread-card.tsx';
import { isUnread } from './unread-comments.ts';
import type { Comments } from './use-comments.ts';

const ben = { id: 'ben', name: 'Ben', color: 1 };
const ada = { name: 'Ada', color: 2 };
const message = (number: number, changes: Partial<ThreadMessage> = {}): ThreadMessage => ({
  ...{ id: `m${number}`, number, author: ben, text: 'Sure?', mentions: [], replyTo: null },
  ...{ reactions: [], at: 1, editedAt: null, deletedAt: null, imported: null, ...changes },
});
const thread = (changes: Partial<CommentThread>): CommentThread => ({
  id: 'm1',
  anchor: {
    ...{ start: { client: 1, clock: 0 }, end: { client: 1, clock: 2 }, block: null },
    ...{ quote: 'low', prefix: '', suffix: '', length: 3, unique: 'quote' },
  },
  ...{ resolved: null, messages: [message(1)], ...changes },
});

let root: Root;
beforeEach(() => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
  startLanguage();
  addTexts(texts);
  addTexts(chatTexts);
  root = createRoot(document.body.appendChild(document.createElement('div')));
});
afterEach(() => {
  act(() => root.unmount());
  document.body.replaceChildren();
  vi.unstubAllGlobals();
});

const commentsOf = (threads: readonly CommentThread[]) =>
  ({
    ...{ document: 'd1', threads, people: [], me: 'cleo', isLive: true },
    intentsOf: () => ({}),
  }) as unknown as Comments;

function show(shown: CommentThread): HTMLElement {
  const none = () => undefined;
  act(() =>
    root.render(
      <ThreadCard
        thread={shown}
        comments={commentsOf([shown])}
        {...{ isActive: false, takesFocus: false, isGone: false, readUpTo: 9 }}
        {...{ mayComment: false, ownsDocument: false }}
        {...{ onActivate: none, onShow: none, onLeave: none }}
      />,
    ),
  );
  return document.querySelector('article')!;
}

test('CO8 who resolved a thread in a file is shown with who imported it', () => {
  const card = show(thread({ resolved: { by: ben, at: 1, imported: ada } }));
  expect(card.textContent).toContain('Resolved by Ada');
  expect(card.textContent).toContain('From a file that Ben imported');
  expect(show(thread({ resolved: { by: ben, at: 1, imported: null } })).textContent).not.toContain(
    'From a file',
  );
});

test('CO8 CO7 what is imported is neither unread nor announced', () => {
  const imported = { author: ada, reactions: [] };
  act(() => root.render(<Announcements comments={commentsOf([thread({})])} />));
  const messages = [message(1), message(2, { text: 'Yes.' }), message(3, { imported })];
  act(() => root.render(<Announcements comments={commentsOf([thread({ messages })])} />));
  expect(document.body.textContent).toBe('Ben commented: Yes.');
  const toCleo = { read: 0, me: 'cleo' };
  expect(messages.map((each) => isUnread(each, toCleo))).toEqual([true, true, false]);
});

test('CO8 a name from a file is heard with who imported it', () => {
  const imported = { author: ada, reactions: [] };
  const heard = 'Ada (from a file that Ben imported)';
  const card = show(thread({ messages: [message(1, { imported })] }));
  expect(card.getAttribute('aria-label')).toBe(`Comment by ${heard}`);
});

test('CO8 a reaction from a file looks like that of no account', () => {
  const heard = (names: readonly string[], users: readonly (typeof ben)[]) => {
    const imported = { author: ada, reactions: [{ emoji: '🌊', names: [...names] }] };
    const reactions = users.length === 0 ? [] : [{ emoji: '🌊', users: [...users] }];
    const card = show(thread({ messages: [message(1, { imported, reactions })] }));
    return card.querySelector('[aria-pressed]')?.getAttribute('aria-label');
  };
  expect(heard(['Ben', 'Cleo'], [ben])).toBe('🌊 from Ben; people in a file: Ben and Cleo');
  expect(heard(['Ben, Cleo', 'Dan; Eva'], [ben])).toBe(
    '🌊 from Ben; people in a file: Ben, Cleo and Dan; Eva',
  );
  expect(heard(['Ben, Cleo'], [])).toBe('🌊 from people in a file: Ben, Cleo');
});
