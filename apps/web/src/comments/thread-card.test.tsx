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

test('CO8 a name from a file is heard with who imported it', () => {
  const imported = { author: ada, reactions: [] };
  const heard = 'Ada (from a file that Ben imported)';
  const card = show(thread({ messages: [message(1, { imported })] }));
  expect(card.getAttribute('aria-label')).toBe(`Comment by ${heard}`);
  const before = [thread({})];
  act(() => root.render(<Announcements comments={commentsOf(before)} />));
  const messages = [message(1), message(2, { imported, text: 'Yes.' })];
  act(() => root.render(<Announcements comments={commentsOf([thread({ messages })])} />));
  expect(document.body.textContent).toBe(`${heard} commented: Yes.`);
});

test('CO8 a reaction from a file looks like that of no account', () => {
  const imported = { author: ada, reactions: [{ emoji: '🌊', names: ['Ben', 'Cleo'] }] };
  const reactions = [{ emoji: '🌊', users: [ben] }];
  const card = show(thread({ messages: [message(1, { imported, reactions })] }));
  expect(card.querySelector('[aria-pressed]')?.getAttribute('aria-label')).toBe(
    '🌊 from Ben (from a file), Cleo (from a file), and Ben',
  );
});
