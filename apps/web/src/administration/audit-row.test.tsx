// @vitest-environment happy-dom
import type { AuditEntry } from '@tandem/protocol/audit';
import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import words from '../languages/administration.en.json' with { type: 'json' };
import { startTranslation } from '../translation/translation.ts';
import { AuditRow } from './audit-row.tsx';

const GROUP = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
const PEOPLE = new Map([
  ['ada', { id: 'ada', name: 'Ada', color: 0 }],
  ['ben', { id: 'ben', name: 'Ben', color: 1 }],
]);

let root: Root;
beforeEach(() => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
  startTranslation('en', words);
  root = createRoot(document.body.appendChild(document.createElement('ul')));
});
afterEach(() => {
  act(() => root.unmount());
  document.body.replaceChildren();
  vi.unstubAllGlobals();
});

test.each<[Pick<AuditEntry, 'action' | 'detail'>, string]>([
  [{ action: 'group:joined', detail: { group: GROUP } }, 'Ada put Ben into a group'],
  [{ action: 'group:left', detail: { group: GROUP } }, 'Ada took Ben out of a group'],
  [
    { action: 'group:shared', detail: { group: GROUP, from: null, to: 'viewer' } },
    'Ada gave a group the role viewer',
  ],
  [
    { action: 'group:shared', detail: { group: GROUP, from: 'viewer', to: 'editor' } },
    'Ada changed the role of a group from viewer to editor',
  ],
  [
    { action: 'group:shared', detail: { group: GROUP, from: 'editor', to: null } },
    'Ada took the role editor from a group',
  ],
])('GR1 the log says what became of a group, and leads to it: %j', (what, said) => {
  const entry = {
    ...{ number: 1, at: 0, actor: 'ada', person: 'ben', document: null, network: null },
    ...what,
  } as AuditEntry;
  act(() =>
    root.render(<AuditRow entry={entry} people={PEOPLE} titles={new Map()} choose={() => {}} />),
  );
  expect(document.querySelector('li p')!.textContent).toBe(said);
  expect(document.querySelector('a')!.getAttribute('href')).toBe(`/administration/groups/${GROUP}`);
});
