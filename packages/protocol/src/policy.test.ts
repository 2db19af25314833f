import { expect, test } from 'vitest';
import { can, type Action, type Lifecycle } from './policy.ts';
import { role as roles, type Role } from './messages/field.ts';

const ACTIONS: Readonly<Record<Action, true>> = {
  read: true,
  write: true,
  rename: true,
  history: true,
  comment: true,
  chat: true,
  moderate: true,
  share: true,
  template: true,
  trash: true,
  restore: true,
  purge: true,
};
const allowed = (role: Role, lifecycle: Lifecycle) =>
  Object.keys(ACTIONS).filter((action) => can({ role, lifecycle }, action as Action));

test('PO1 PO2 PO6 what each role may do with an active document', () => {
  expect(allowed('owner', 'active')).toEqual([
    'read',
    'write',
    'rename',
    'history',
    'comment',
    'chat',
    'moderate',
    'share',
    'template',
    'trash',
  ]);
  expect(allowed('editor', 'active')).toEqual([
    'read',
    'write',
    'rename',
    'history',
    'comment',
    'chat',
  ]);
  expect(allowed('commenter', 'active')).toEqual(['read', 'comment', 'chat']);
  expect(allowed('viewer', 'active')).toEqual(['read']);
});

test('PO3 a document in the trash belongs to its owner alone, who may read it', () => {
  expect(allowed('owner', 'trashed')).toEqual(['read', 'restore', 'purge']);
  expect(allowed('editor', 'trashed')).toEqual([]);
  expect(allowed('commenter', 'trashed')).toEqual([]);
  expect(allowed('viewer', 'trashed')).toEqual([]);
});

test('PO4 nobody may do anything with a purged document', () => {
  for (const role of roles.options) expect(allowed(role, 'purged')).toEqual([]);
});
