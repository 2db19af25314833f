import { translate } from '../translation/translation.ts';
import type { Call } from '@tandem/protocol';
import { beforeAll, expect, test } from 'vitest';
import { startLanguage } from '../languages/i18n.ts';
import { commandDescription } from './command-description.ts';

beforeAll(() => startLanguage());

test.each<[Call, string]>([
  [{ name: 'document:rename', input: { document: 'a', title: 'Tide' } }, 'New title “Tide”'],
  [{ name: 'document:rename', input: { document: 'a', title: '' } }, 'New title “Untitled”'],
  [
    {
      name: 'chat:send',
      input: { document: 'a', text: 'low & dry', mentions: [], replyTo: null },
    },
    'Chat message: low & dry',
  ],
  [{ name: 'profile:change', input: { color: 2 } }, 'Your name or colour'],
])('%j is described as “%s”', (call, words) => {
  expect(commandDescription(call, translate)).toBe(words);
});
