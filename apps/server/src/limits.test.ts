/** The values that PROTOCOL.md and the documentation promise. Other tests use the constants, whatever their values. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import * as wire from '@tandem/protocol';
import { readConfiguration } from './configuration/configuration.ts';
import * as digestLimits from './digests/limits.ts';
import * as engineLimits from './engine/limits.ts';
import * as updateLimits from './engine/validation/limits.ts';
import { FILES } from './files/limits.ts';
import * as limits from './limits.ts';
import * as presenceLimits from './presence/limits.ts';
import * as historyLimits from './storage/history/limits.ts';
import * as storageLimits from './storage/limits.ts';
import { WebSockets } from './transports/web-sockets.ts';

const KIB = 1_024;
const MIB = 1_024 * KIB;
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

test.each([
  ['tokens (W35)', storageLimits.ACCOUNTS, { tokenLifetimeMs: 10 * MINUTE }],
  [
    'slow consumers (T10, T11)',
    limits.SLOW_CONSUMER,
    {
      conflateThresholdBytes: 64 * KIB,
      lagThresholdBytes: 1_024 * KIB,
      lagAfterMs: 5 * SECOND,
      maxLags: 3,
      lagWindowMs: MINUTE,
    },
  ],
  [
    'gathered writes',
    limits.FLUSH,
    {
      loadedAfterWrites: 20,
      loadedGapMs: 12,
      loadedIntervalMs: 20,
      maxUnsliced: 2_000,
      sliceSize: 1_000,
    },
  ],
  [
    'a restart',
    limits.DRAIN,
    { spreadMs: SECOND, connectionsPerSecond: 2_000, timeoutMs: 30 * SECOND },
  ],
  ['new guests', limits.REQUEST_RATES.guests, { burst: 200, perSecond: 5 }],
  ['reading over HTTP', limits.REQUEST_RATES.reads, { burst: 200, perSecond: 20 }],
  ['changing over HTTP', limits.REQUEST_RATES.changes, { burst: 100, perSecond: 10 }],
  ['text and history over HTTP (CT5)', limits.REQUEST_RATES.history, { burst: 60, perSecond: 5 }],
  [
    'links in mails (AC25, AC28)',
    storageLimits.ACCOUNTS,
    { resetLifetimeMs: 8 * HOUR, maxOpenLinks: 3 },
  ],
  [
    'requests for access (PO9)',
    storageLimits.ACCESS_REQUESTS,
    { perPerson: 20, perDocument: 20, perInbox: 50, windowMs: 24 * HOUR, repeatMs: 24 * HOUR },
  ],
  [
    'pages on the web (PB1, PB5, PB10)',
    limits.PUBLIC_PAGES,
    {
      ...{ idBytes: 16, maxPerPerson: 200, freshMs: 200, restFactor: 4 },
      ...{ maxHtmlBytes: 2 * MIB, maxBytesInFlight: 256 * MIB, maxBytesOfNetwork: 32 * MIB },
      // No more than a reader has to take in time.
      ...{
        chunkBytes: FILES.minProgressBytes,
        maxTransfersOfNetwork: 64,
        maxTransfersOfUnknown: 1_000,
      },
    },
  ],
  ['pages on the web, by address (PB8)', limits.REQUEST_RATES.publicPages, { burst: 300 }],
  [
    'people who entered the password of a link (PO12)',
    storageLimits.SHARING,
    { maxEntered: 1_000 },
  ],
  [
    'invited addresses (IA2, IA4)',
    storageLimits.SHARING,
    {
      ...{ maxMembers: 50, maxInvitedByPerson: 200 },
      ...{ invitedForMs: 30 * 24 * HOUR, providerAddressMs: 30 * 24 * HOUR },
    },
  ],
  [
    'addresses that a person invites (IA4)',
    limits.REQUEST_RATES.invitationsOfPerson,
    { burst: 30, perSecond: 30 / (24 * 60 * 60) },
  ],
  [
    'mails about documents to one address (IA4)',
    limits.REQUEST_RATES.shareMailsToAddress,
    { burst: 5, perSecond: 5 / (24 * 60 * 60) },
  ],
  ['mails about documents (IA4)', limits.REQUEST_RATES.shareMails, { burst: 100, perSecond: 0.1 }],
  [
    'the reach of commands (W27)',
    limits.FAN_OUT,
    { rate: { burst: 2_000, perSecond: 100 }, free: 5, retryMs: SECOND },
  ],
  [
    'webhooks (WH7, WH8, WH10, WH12)',
    limits.WEBHOOKS,
    {
      timeoutMs: 10 * SECOND,
      maxAnswerBytes: 4 * KIB,
      maxWaiting: 1_000,
      retry: { baseMs: 5 * SECOND, capMs: HOUR, jitter: 0.5 },
      deliverForMs: 24 * HOUR,
      failingForMs: 5 * 24 * HOUR,
      changeIntervalMs: MINUTE,
      rate: { burst: 100, perSecond: 5 },
      perPerson: 4,
    },
  ],
  ['the wait of guests', storageLimits.ACCOUNTS, { guestRetryMs: 3 * SECOND }],
  ['changes over HTTP', limits.HTTP, { writeTimeoutMs: 5 * SECOND }],
  ['new connections (T12)', limits.HANDSHAKE, { maxWaitMs: 2 * SECOND, retryAfterS: 3 }],
  ['fragments (W7)', limits.FRAGMENTS, { timeoutMs: 10 * SECOND, minProgressBytes: 64 * KIB }],
  [
    'violations (W19)',
    limits.VIOLATIONS,
    {
      maxPerUser: 3,
      maxPerAddress: 12,
      windowMs: MINUTE,
      banFirstMs: 5 * SECOND,
      banCapMs: MINUTE,
    },
  ],
  [
    'commands (W25, W27)',
    limits.COMMAND_LIMITS,
    { maxQueued: 64, profileChangeCost: 5, resultLifetimeMs: 31 * 24 * 60 * MINUTE },
  ],
  ['storage that does not answer (W44)', limits.STORAGE_STALL, { afterMs: 5 * SECOND }],
  [
    'crowds (PR4, PR8)',
    presenceLimits.PRESENCE,
    {
      crowdEndsBelow: 450,
      minShownMs: 10 * SECOND,
      maxReplaced: 20,
      msPerReceiver: 0.5,
      maxIntervalMs: 5 * SECOND,
    },
  ],
  [
    'cursors (PR6, PR7)',
    presenceLimits.CURSORS,
    {
      perSecond: 50_000,
      perDelivery: 4,
      minSlowMs: 2 * SECOND,
      maxShown: 50,
      minShownMs: 5 * SECOND,
    },
  ],
])('the limits of %s are the promised ones', (_matter, group, values) => {
  expect(group).toMatchObject(values);
});

test('the configured limits have the promised defaults', () => {
  expect(readConfiguration({}).limits).toEqual({
    connectionsPerUser: 20,
    connectionsPerAddress: 200,
    hellosPerSecond: 2_000,
    messagesPerSecond: 200,
    bytesPerSecond: 2 * 1_024 * KIB,
  });
});

test.each([
  ['native', new WebSockets(null).native, 64 * KIB],
  ['stock', new WebSockets(null).yjs, 1_024 * KIB],
])(
  '%s sockets take no compressed frames, and small ones until they are authenticated',
  (_, sockets, maxPayload) => {
    expect(sockets.options).toMatchObject({
      maxPayload,
      maxFragments: 64,
      perMessageDeflate: false,
      clientTracking: false,
    });
  },
);

test('a network that is fast enough for a WebSocket is fast enough for HTTP transports (W7, T3)', () => {
  const { timeoutMs, minProgressBytes } = limits.FRAGMENTS;
  // The headers of the frame and of its fragment take less than 128 bytes.
  expect(wire.MAX_SEND_BYTES - 128).toBeGreaterThan(minProgressBytes);
  const slowestBytesPerMs = minProgressBytes / timeoutMs;
  expect(wire.MAX_SEND_BYTES / slowestBytesPerMs).toBeLessThan(limits.HTTP.requestTimeoutMs);
});

test('PROTOCOL.md lists every limit of the wire, and those of this server that a rule names', async () => {
  const path = join(import.meta.dirname, '../../../packages/protocol/PROTOCOL.md');
  const wireSource = join(import.meta.dirname, '../../../packages/protocol/src/limits.ts');
  const [text, wireText] = await Promise.all(
    [path, wireSource].map((file) => readFile(file, 'utf8')),
  );
  const serverModules = [
    ['limits.ts', limits],
    ['engine/limits.ts', engineLimits],
    ['engine/validation/limits.ts', updateLimits],
    ['storage/limits.ts', storageLimits],
    ['storage/history/limits.ts', historyLimits],
    ['presence/limits.ts', presenceLimits],
    ['digests/limits.ts', digestLimits],
  ] as const;
  const serverRows = [];
  for (const [file, values] of serverModules) {
    const source = await readFile(join(import.meta.dirname, file), 'utf8');
    serverRows.push(...rowsOf(source, values).filter(({ rules }) => rules !== ''));
  }
  const tables = [
    'Both sides:\n',
    '| Limit | Value |',
    '|---|---|',
    ...rowsOf(wireText!, wire).map(({ name, value }) => `| \`${name}\` | ${value} |`),
    '\nThis server:\n',
    '| Limit | Value | Rule |',
    '|---|---|---|',
    ...serverRows.map(({ name, value, rules }) => `| \`${name}\` | ${value} | ${rules} |`),
  ].join('\n');
  const generated = /(<!-- generated: vitest -u limits\.test\.ts -->)[^]*(<!-- end -->)/;
  expect(text).toMatch(generated);
  await expect(text!.replace(generated, `$1\n\n${tables}\n\n$2`)).toMatchFileSnapshot(path);
});

/** The exported numbers of a module, in its order, each with the rules that its comment or its group's names. */
function rowsOf(source: string, values: object) {
  const rows: { readonly name: string; readonly value: string; readonly rules: string }[] = [];
  let comment = '';
  let group = { name: '', comment: '' };
  for (const line of source.split('\n')) {
    // A comment covers the lines that follow, up to the next one.
    if (/^ *\/\*\*/.test(line)) comment = '';
    if (/^ *(\/\*)?\*/.test(line)) comment += line;
    const exported = /^export const (\w+)/.exec(line)?.[1];
    const members = exported === undefined ? [/^ {2}(\w+):/.exec(line)?.[1]] : [];
    if (exported !== undefined) {
      group = { name: exported, comment };
      const value: unknown = values[exported as keyof typeof values];
      if (typeof value === 'number') rows.push(row(exported, value, comment));
      // A group on one line.
      else if (line.endsWith('} as const;')) members.push(...Object.keys(value as object));
    }
    for (const member of members) {
      if (member === undefined) continue;
      const value = (values as Record<string, Record<string, unknown>>)[group.name]?.[member];
      if (typeof value === 'number')
        rows.push(row(`${group.name}.${member}`, value, group.comment + comment));
    }
    if (exported !== undefined || line === '') comment = '';
  }
  return rows;
}

function row(name: string, value: number, comment: string) {
  const rules = new Set(comment.match(/\b(W|T|PR|PO|NT|CT|IA)\d+\b/g));
  return { name, value: withUnit(name, value), rules: [...rules].join(', ') };
}

const UNITS: readonly (readonly [suffix: RegExp, units: readonly (readonly [number, string])[]])[] =
  [
    [
      /(Ms|_MS)$/,
      [
        [24 * 60 * MINUTE, 'd'],
        [60 * MINUTE, 'h'],
        [MINUTE, 'min'],
        [SECOND, 's'],
        [1, 'ms'],
      ],
    ],
    [
      /(Bytes|_BYTES\b.*|_BYTES_.*)$/,
      [
        [KIB * KIB, 'MiB'],
        [KIB, 'KiB'],
        [1, 'B'],
      ],
    ],
    [/([a-z]S|_S)$/, [[1, 's']]],
  ];

function withUnit(name: string, value: number): string {
  const units = UNITS.find(([suffix]) => suffix.test(name))?.[1] ?? [[1, '']];
  const [size, unit] = units.find(([size]) => value % size === 0) ?? [1, ''];
  return `${(value / size).toLocaleString('en-US')} ${unit}`.trim();
}
