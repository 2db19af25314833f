import { errorOf } from '@tandem/protocol';
import { expect, test } from 'vitest';
import catalogue from '../languages/en.json' with { type: 'json' };
import words from '../languages/save-status.en.json' with { type: 'json' };
import {
  DOT_TONES,
  outdatedBy,
  toSaveStatus,
  warnsBeforeLeaving,
  type DotTone,
  type SaveStatus,
  type SaveStatusKind,
  type ShownSaveState,
} from './save-status.ts';

const saving = { kind: 'saving', pending: 1, kept: true, error: null } as const;
const viewOnly = {
  kind: 'view-only',
  access: 'view',
  pending: 0,
  kept: true,
  error: null,
} as const;
const offline = {
  kind: 'offline',
  pending: 1,
  kept: true,
  retryAt: 5,
  cause: 'lost',
  error: null,
} as const;
const idle = { ...offline, pending: 0 } as const;
const stopped = {
  kind: 'stopped',
  error: errorOf('forbidden'),
  action: 'stop',
  pending: 1,
  kept: true,
} as const;
const stalled = errorOf('storage-failed');
const outdated = errorOf('schema-outdated');

interface Shown {
  readonly kind: SaveStatusKind;
  readonly label: string;
  readonly dot: DotTone;
  readonly action?: SaveStatus['action'];
  readonly outcome?: SaveStatus['outcome'];
  readonly warns: readonly [leaving: boolean, signingIn: boolean];
}

const FREE = [false, false] as const;
const WARNS = [true, false] as const;
const WARNS_ALWAYS = [true, true] as const;

const heldBack = { kind: 'held-back', pending: 1, kept: true } as const;

const TABLE: readonly (readonly [ShownSaveState, Shown])[] = [
  [
    heldBack,
    {
      kind: 'held-back',
      label: 'Kept on this device, not saved',
      dot: 'warning',
      outcome: 'pendingHeldBack',
      warns: WARNS,
    },
  ],
  [
    { ...heldBack, kept: false },
    {
      kind: 'unpersisted',
      label: 'Not saved: do not close this page',
      dot: 'bad',
      outcome: 'pendingUnpersisted',
      warns: WARNS_ALWAYS,
    },
  ],
  [{ kind: 'loading' }, { kind: 'opening', label: 'Opening…', dot: 'quiet', warns: FREE }],
  [
    { kind: 'saved', at: null, kept: true },
    { kind: 'saved', label: 'Saved', dot: 'good', warns: FREE },
  ],
  [
    { kind: 'saved', at: null, kept: false },
    { kind: 'saved', label: 'Saved', dot: 'good', outcome: 'unpersisted', warns: FREE },
  ],
  // Others' changes are still arriving: nothing of this person's is at risk.
  [
    { kind: 'syncing', kept: true },
    { kind: 'syncing', label: 'Syncing…', dot: 'busy', warns: FREE },
  ],
  [saving, { kind: 'saving', label: 'Saving…', dot: 'busy', warns: WARNS }],
  [
    { ...saving, kept: false },
    {
      kind: 'saving',
      label: 'Saving…',
      dot: 'busy',
      outcome: 'unpersisted',
      warns: WARNS_ALWAYS,
    },
  ],
  [
    { ...saving, error: stalled },
    {
      kind: 'stalled',
      label: 'Not saved yet: kept on this device',
      dot: 'warning',
      warns: WARNS,
    },
  ],
  [
    { ...saving, kept: false, error: stalled },
    {
      kind: 'unpersisted',
      label: 'Not saved: do not close this page',
      dot: 'bad',
      outcome: 'pendingUnpersisted',
      warns: WARNS_ALWAYS,
    },
  ],
  ...(['lost', 'unreachable', 'server'] as const).map(
    (cause) =>
      [
        { ...offline, cause },
        {
          kind: 'reconnecting',
          label: 'Reconnecting…',
          dot: 'warning',
          action: 'try-now',
          outcome: 'pendingPersisted',
          warns: WARNS,
        },
      ] as const,
  ),
  [
    idle,
    {
      kind: 'reconnecting',
      label: 'Reconnecting…',
      dot: 'warning',
      action: 'try-now',
      outcome: 'persisted',
      warns: FREE,
    },
  ],
  [
    { ...offline, kept: false },
    {
      kind: 'unpersisted',
      label: 'Not saved: do not close this page',
      dot: 'bad',
      action: 'try-now',
      outcome: 'pendingUnpersisted',
      warns: WARNS_ALWAYS,
    },
  ],
  [
    { ...idle, kept: false },
    {
      kind: 'reconnecting',
      label: 'Reconnecting…',
      dot: 'warning',
      action: 'try-now',
      outcome: 'unpersisted',
      warns: FREE,
    },
  ],
  [
    { ...offline, cause: 'no-network' },
    {
      kind: 'offline',
      label: 'Offline: kept on this device',
      dot: 'warning',
      action: 'try-now',
      outcome: 'pendingPersisted',
      warns: WARNS,
    },
  ],
  [
    { ...offline, kept: false, cause: 'no-network' },
    {
      kind: 'unpersisted',
      label: 'Not saved: do not close this page',
      dot: 'bad',
      action: 'try-now',
      outcome: 'pendingUnpersisted',
      warns: WARNS_ALWAYS,
    },
  ],
  [
    { ...idle, kept: false, cause: 'no-network' },
    {
      kind: 'offline-unpersisted',
      label: 'Offline: not kept on this device',
      dot: 'warning',
      action: 'try-now',
      outcome: 'unpersisted',
      warns: FREE,
    },
  ],
  [
    { ...offline, cause: 'socket-blocked' },
    {
      kind: 'blocked',
      label: 'No live connection: kept on this device',
      dot: 'warning',
      action: 'try-now',
      outcome: 'pendingPersisted',
      warns: WARNS,
    },
  ],
  [
    { ...idle, kept: false, cause: 'socket-blocked' },
    {
      kind: 'blocked-unpersisted',
      label: 'No live connection: not kept on this device',
      dot: 'warning',
      action: 'try-now',
      outcome: 'unpersisted',
      warns: FREE,
    },
  ],
  [
    { ...offline, cause: 'sign-in' },
    {
      kind: 'sign-in',
      label: 'Sign in again',
      dot: 'bad',
      action: 'sign-in',
      outcome: 'pendingPersisted',
      warns: WARNS,
    },
  ],
  [
    { ...offline, kept: false, cause: 'sign-in' },
    {
      kind: 'unpersisted',
      label: 'Not saved: do not close this page',
      dot: 'bad',
      action: 'sign-in',
      outcome: 'pendingUnpersisted',
      warns: WARNS_ALWAYS,
    },
  ],
  [viewOnly, { kind: 'view-only', label: 'View only', dot: 'quiet', warns: FREE }],
  [
    { ...viewOnly, access: 'comment' },
    { kind: 'comment-only', label: 'Comment only', dot: 'quiet', warns: FREE },
  ],
  [
    { ...viewOnly, pending: 2 },
    {
      kind: 'view-only',
      label: 'View only',
      dot: 'quiet',
      outcome: 'pendingViewOnly',
      warns: WARNS,
    },
  ],
  [
    { ...viewOnly, kept: false },
    {
      kind: 'view-only',
      label: 'View only',
      dot: 'quiet',
      outcome: 'unpersisted',
      warns: FREE,
    },
  ],
  [
    { ...viewOnly, pending: 1, kept: false },
    {
      kind: 'unpersisted',
      label: 'Not saved: do not close this page',
      dot: 'bad',
      outcome: 'pendingUnpersisted',
      warns: WARNS_ALWAYS,
    },
  ],
  [
    { ...viewOnly, error: outdated },
    { kind: 'view-only', label: 'View only', dot: 'quiet', action: 'reload', warns: FREE },
  ],
  [
    { kind: 'refused', error: errorOf('invalid-update'), at: 1 },
    { kind: 'rejected', label: 'A change was not accepted', dot: 'bad', warns: FREE },
  ],
  [
    { ...stopped, pending: 0 },
    {
      kind: 'stopped',
      label: 'Not connected',
      dot: 'bad',
      action: 'try-now',
      warns: FREE,
    },
  ],
  // The server has refused the document, so nothing is promised to be sent.
  [
    stopped,
    {
      kind: 'stopped',
      label: 'Not connected',
      dot: 'bad',
      action: 'try-now',
      outcome: 'pendingRefused',
      warns: WARNS,
    },
  ],
  [
    { ...stopped, action: 'reload' },
    {
      kind: 'stopped',
      label: 'Not connected',
      dot: 'bad',
      action: 'reload',
      warns: WARNS,
    },
  ],
  [
    { ...stopped, error: outdated },
    {
      kind: 'stopped',
      label: 'Not connected',
      dot: 'bad',
      action: 'reload',
      outcome: 'pendingRefused',
      warns: WARNS,
    },
  ],
  [
    { ...stopped, pending: 2, kept: false },
    {
      kind: 'unpersisted',
      label: 'Not saved: do not close this page',
      dot: 'bad',
      action: 'try-now',
      outcome: 'pendingUnpersisted',
      warns: WARNS_ALWAYS,
    },
  ],
];

test.each(TABLE)('%j', (state, expected) => {
  const status = toSaveStatus(state);
  const { kind, action, outcome } = status;
  const facts = { unsaved: status.pending > 0, durable: 'kept' in state && state.kept };
  expect({
    kind,
    label: catalogue.chip[kind],
    dot: DOT_TONES[kind],
    action,
    outcome,
    warns: [
      warnsBeforeLeaving({ ...facts, departure: 'unknown' }),
      warnsBeforeLeaving({ ...facts, departure: 'sign-in' }),
    ],
  }).toEqual({ action: null, outcome: null, ...expected });
  expect(words.chip.about[kind]).not.toBe('');
});

const kinds = Object.keys(DOT_TONES) as SaveStatusKind[];

test('the table has every status', () => {
  expect(new Set(TABLE.map(([, { kind }]) => kind))).toEqual(new Set(kinds));
});

test('leaving after a sign-out never warns', () => {
  for (const durable of [true, false])
    expect(warnsBeforeLeaving({ unsaved: true, durable, departure: 'signed-out' })).toBe(false);
});

test('the server’s sentence about a state is shown, unless it would promise that lost work is kept', () => {
  expect(toSaveStatus({ ...saving, error: stalled }).message).toBe(stalled.message);
  expect(toSaveStatus({ ...saving, kept: false, error: stalled }).message).toBeNull();
  expect(toSaveStatus(saving).message).toBeNull();
});

test('a page is outdated by the errors that ask for a reload, and by no other', () => {
  expect(outdatedBy({ ...viewOnly, error: outdated })).toBe(outdated);
  expect(outdatedBy(viewOnly)).toBeNull();
  expect(outdatedBy(stopped)).toBeNull();
});
