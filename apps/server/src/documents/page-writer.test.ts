import { pino } from 'pino';
import { expect, onTestFinished, test, vi } from 'vitest';
import { errorOf, type ErrorCode } from '@tandem/protocol';
import type { EngineRequest, OpenRequest } from '@tandem/sync';
import type { Engine } from '../engine/port.ts';
import { VIOLATIONS } from '../limits.ts';
import { Metrics } from '../metrics/metrics.ts';
import { ViolationTracker } from '../rate-limits/violation-tracker.ts';
import { systemClock } from '../runtime/clock.ts';
import { ErrorBoundary } from '../runtime/error-boundary.ts';
import type { DocumentAccess } from '../storage/standing.ts';
import type { AccessCache } from './access-cache.ts';
import { PageWriter } from './page-writer.ts';
import type { RecentDocuments } from './recent-documents.ts';
import { Rooms } from './rooms.ts';
import { TimerWheel } from '../runtime/timer-wheel.ts';

const POSITION = { epoch: 'life', timeline: 't1', offset: 4 };

/** An engine that takes updates, or refuses each with an error. */
function context({ refusal, isParted = false }: { refusal?: ErrorCode; isParted?: boolean } = {}) {
  const log = pino({ enabled: false });
  const metrics = new Metrics();
  const opened: OpenRequest[] = [];
  let appended = 0;
  const engine = {
    isFull: () => false,
    storageError: () => null,
    request(request: EngineRequest) {
      const { document } = request;
      if (request.kind === 'open') {
        opened.push(request);
        const { subscription } = request;
        const stateVector = new Uint8Array([0]);
        const facts = { isParted, documentKind: 'page', schema: 1, base: 4, stateVector } as const;
        const answer = { kind: 'opened', ...POSITION, ...facts, parts: [] } as const;
        rooms.handleEngineEvent({ kind: 'answered', document, subscription, answer });
      } else if (request.kind === 'append') {
        appended++;
        const { subscription, cseq } = request;
        rooms.handleEngineEvent(
          refusal === undefined
            ? {
                ...{ kind: 'committed', document, epoch: 'life', from: 4, to: 5, schema: 1 },
                ...{ updates: [request.update], authors: [subscription] },
                acks: [{ subscription, cseq }],
              }
            : { kind: 'refused', document, subscription, cseq, error: errorOf(refusal) },
        );
      }
    },
  } as unknown as Engine;
  const rooms: Rooms = new Rooms({
    claims: { opening: async () => false },
    ...{ engine, metrics, log, wheel: new TimerWheel() },
    access: { onOpened() {}, onClosed() {} } as unknown as AccessCache,
    recentDocuments: { note() {} } as unknown as RecentDocuments,
    readTimeline: async () => 'now',
    errors: new ErrorBoundary({ log, counter: metrics.containedErrors }),
  });
  onTestFinished(() => rooms[Symbol.dispose]());
  const violations = new ViolationTracker(systemClock);
  const document = { id: 'd', kind: 'page', title: 'Plan', trashed_at: null };
  vi.spyOn(rooms, 'authorize').mockResolvedValue({
    ...{ kind: 'authorized', access: 'edit' },
    document: document as unknown as DocumentAccess,
  });
  const writer = new PageWriter({ rooms, engine, violations, metrics });
  const write = async () => {
    const result = await writer
      .write({
        ...{ document: 'd', user: { id: 'ada', name: 'Ada', color: 0 }, address: '192.0.2.1' },
        ...{ update: new Uint8Array([0, 0]), position: POSITION },
      })
      .catch((error: { body: { code: string } }) => error.body.code);
    // It leaves the room after the answer.
    await Promise.resolve();
    return result;
  };
  return { rooms, violations, opened, write, appended: () => appended };
}

test('CT3 an update is one channel, from the position at which the page was read', async () => {
  const { rooms, opened, write } = context();
  expect(await write()).toEqual({ ...POSITION, offset: 5 });
  expect(opened).toMatchObject([{ position: POSITION }]);
  expect(rooms.find('d')).toBeUndefined();
});

test.each(['invalid-update', 'read-only', 'too-large'] as const)(
  'CT3 nobody stays in the room whose update was refused as %s',
  async (refusal) => {
    const { rooms, write } = context({ refusal });
    expect(await write()).toBe(refusal);
    expect(rooms.find('d')).toBeUndefined();
  },
);

test('CT4 nothing is written into another timeline', async () => {
  const { rooms, write, appended } = context({ isParted: true });
  expect(await write()).toBe('epoch-changed');
  expect([rooms.find('d'), appended()]).toEqual([undefined, 0]);
});

test('W19 refused updates of programs count, and a ban holds for them', async () => {
  const { violations, write, appended } = context({ refusal: 'invalid-update' });
  for (let i = 0; i <= VIOLATIONS.maxPerUser; i++) expect(await write()).toBe('invalid-update');
  expect(await write()).toBe('too-many');
  expect(appended()).toBe(VIOLATIONS.maxPerUser + 1);
  expect(violations.waitMs({ user: 'ada', address: null })).toBeGreaterThan(0);
});

test('W19 updates that cost the server nothing do not count', async () => {
  const { violations, write } = context({ refusal: 'read-only' });
  for (let i = 0; i < 6; i++) await write();
  expect(violations.waitMs({ user: 'ada', address: null })).toBe(0);
});
