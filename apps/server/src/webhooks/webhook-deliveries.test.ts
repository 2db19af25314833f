import { ManualClock } from '@tandem/testkit';
import { Webhook } from 'standardwebhooks';
import { ulid } from 'ulid';
import { expect, test } from 'vitest';
import { Fixture, type AnyCall } from '../commands/handlers/testing/command-fixture.ts';
import { WEBHOOKS } from '../limits.ts';
import { KeyedRateLimiter } from '../runtime/keyed-rate-limiter.ts';
import type { NewJob } from '../storage/jobs/job-store.ts';
import { createDocument } from '../storage/documents.ts';
import { createSession } from '../storage/sessions.ts';
import { beginTimeline } from '../storage/timelines.ts';
import { registerUser } from '../storage/users.ts';
import { addDeliveries, findDelivery, findWebhook, listWebhooks } from '../storage/webhooks.ts';
import { webhookDeliveries } from './webhook-deliveries.ts';
import { webhookEvents } from './webhook-events.ts';
import { createWebhookSecret } from './webhook-secret.ts';
import type { SendResult, WebhookMessage } from './webhook-sender.ts';

const PAGE = 'document-of-the-webhooks';
const context = { id: 'job', attempt: 1, signal: new AbortController().signal };
const HOUR_MS = 60 * 60_000;

class Scene {
  readonly sent: WebhookMessage[] = [];
  readonly secret = createWebhookSecret();
  readonly id = ulid();
  readonly clock = new ManualClock(0);
  now: number;
  result: SendResult = { kind: 'answered', status: 200 };
  enqueued: NewJob[] = [];
  readonly outcomes: string[] = [];
  send = async (message: WebhookMessage): Promise<SendResult> => {
    this.sent.push(message);
    return this.result;
  };

  readonly fixture: Fixture;
  readonly #jobs = {
    enqueue: async (more: readonly NewJob[]) => void this.enqueued.push(...more),
  };
  #handler: ReturnType<typeof webhookDeliveries> | null = null;

  private constructor(fixture: Fixture) {
    this.fixture = fixture;
    this.now = fixture.now;
  }

  static async open(): Promise<Scene> {
    const fixture = await Fixture.open(['ada', 'bob']);
    // What happened before the database began is not told (WH13).
    fixture.now = Date.now() + 1;
    for (const id of ['ada', 'bob']) {
      await registerUser(fixture.db, { id, at: 1 });
      const session = { id: `of ${id}`, user: id, at: fixture.now, expiresAt: 9e15 };
      await createSession(fixture.db, session);
    }
    const scene = new Scene(fixture);
    await fixture.do('ada', scene.create());
    return scene;
  }

  create(id = this.id, session = 'of ada', url = 'https://receiver.example/'): AnyCall {
    const input = {
      ...{ id, session, secret: this.secret, name: 'Bot', url, about: null },
      events: ['document.created', 'document.renamed'] as const,
    };
    return { name: 'webhook:create', input };
  }

  resume(): AnyCall {
    return { name: 'webhook:resume', input: { id: this.id, session: 'of ada' } };
  }

  /** Runs the jobs of the events. */
  async findSubscribers(): Promise<void> {
    const { db } = this.fixture;
    const events = webhookEvents({ db, jobs: this.#jobs, onEnqueued: () => {} });
    const rows = await db.selectFrom('job').selectAll().where('kind', '=', events.kind).execute();
    for (const { input } of rows) await events.run(events.input.parse(JSON.parse(input)), context);
    await db.deleteFrom('job').where('kind', '=', events.kind).execute();
  }

  /** Runs the jobs of the events, and that of a webhook. */
  async deliver(webhook = this.id): Promise<void> {
    await this.findSubscribers();
    this.#handler ??= webhookDeliveries({
      ...{ db: this.fixture.db, jobs: this.#jobs, random: () => 0 },
      clock: { now: () => this.now, monotonicMs: () => this.clock.monotonicMs() },
      rate: new KeyedRateLimiter({ rate: WEBHOOKS.rate, clock: this.clock }),
      onSent: (outcome) => void this.outcomes.push(outcome),
      send: async (message) => await this.send(message),
    });
    await this.#handler.run({ webhook }, context);
  }

  bodies() {
    return this.sent.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
  }

  async row(id = this.id) {
    const row = await findWebhook(this.fixture.db, id);
    if (row === undefined) throw new Error('no webhook');
    return row;
  }
}

const make = (document = PAGE): AnyCall => ({
  name: 'document:create',
  input: { document, title: 'Minutes' },
});
const rename = (title: string): AnyCall => ({
  name: 'document:rename',
  input: { document: PAGE, title },
});

test('WH3 WH6 what a command has done is told, signed, with ids and the title only', async () => {
  const scene = await Scene.open();
  await scene.fixture.do('ada', make());
  await scene.deliver();
  expect(scene.bodies()).toEqual([
    {
      ...{ id: expect.any(String), type: 'document.created', at: expect.any(Number) },
      document: { id: PAGE, title: 'Minutes' },
      actor: { id: 'ada', name: 'Name of ada' },
    },
  ]);
  const [message] = scene.sent;
  const verifier = new Webhook(scene.secret);
  const headers = { ...message!.headers };
  expect(verifier.verify(message!.body, headers)).toMatchObject({ type: 'document.created' });
  expect(() => verifier.verify(message!.body + ' ', headers)).toThrow();
});

test('WH4 nobody hears of documents of others, nor of what they may not read any more', async () => {
  const scene = await Scene.open();
  await scene.fixture.do('bob', make());
  await scene.deliver();
  expect(scene.sent).toEqual([]);
  await scene.fixture.do('ada', make('document-of-ada-herself'));
  scene.result = { kind: 'timeout' };
  await scene.deliver();
  expect(scene.sent).toHaveLength(1);
  await scene.fixture.db
    .updateTable('document')
    .set({ owner: 'bob', link_access: 'off' })
    .where('id', '=', 'document-of-ada-herself')
    .execute();
  scene.now += HOUR_MS;
  await scene.deliver();
  expect(scene.sent).toHaveLength(1);
});

test('WH4 nothing that happens while an account is blocked is told, nor what waited', async () => {
  const scene = await Scene.open();
  const setBlocked = (blocked_at: number | null) =>
    scene.fixture.db.updateTable('user').set({ blocked_at }).where('id', '=', 'ada').execute();
  scene.result = { kind: 'unreachable' };
  await scene.fixture.do('ada', make());
  await scene.deliver();
  await setBlocked(1);
  scene.now += HOUR_MS;
  await scene.fixture.do('ada', rename('While blocked'));
  await scene.deliver();
  await setBlocked(null);
  scene.now += HOUR_MS;
  await scene.deliver();
  expect(scene.sent).toHaveLength(1);
  scene.result = { kind: 'answered', status: 200 };
  await scene.fixture.do('ada', rename('Afterwards'));
  await scene.deliver();
  expect(scene.bodies().at(-1)).toMatchObject({ document: { title: 'Afterwards' } });
});

test('WH8 WH10 a failure is repeated with the same id, before what came later, after a pause', async () => {
  const scene = await Scene.open();
  scene.result = { kind: 'answered', status: 500 };
  await scene.fixture.do('ada', make());
  await scene.deliver();
  await scene.fixture.do('ada', rename('Other'));
  await scene.deliver();
  expect(scene.sent).toHaveLength(1);
  expect(scene.enqueued.at(-1)?.delayMs).toBe(WEBHOOKS.retry.baseMs);
  scene.now += WEBHOOKS.retry.baseMs;
  scene.result = { kind: 'answered', status: 204 };
  await scene.deliver();
  const types = scene.bodies().map(({ type }) => type);
  expect(types).toEqual(['document.created', 'document.created', 'document.renamed']);
  expect(scene.sent[1]?.headers['webhook-id']).toBe(scene.sent[0]?.headers['webhook-id']);
});

test.each([
  ['that is never taken holds the next one for a day', 500, WEBHOOKS.deliverForMs],
  ['that comes too soon', 429, WEBHOOKS.deliverForMs],
  ['that the receiver refuses holds it for an hour', 422, WEBHOOKS.refusedForMs],
])('WH8 one %s, and is counted', async (_, status, heldMs) => {
  const scene = await Scene.open();
  scene.send = async (message) => {
    scene.sent.push(message);
    return { kind: 'answered', status: message.body.includes('created') ? status : 200 };
  };
  await scene.fixture.do('ada', make());
  await scene.fixture.do('ada', rename('Other'));
  const began = scene.now;
  while ((await scene.row()).last_result !== '200') {
    await scene.deliver();
    scene.now += HOUR_MS;
    expect(scene.sent.length).toBeLessThan(50);
  }
  expect(scene.now - began).toBeGreaterThanOrEqual(heldMs);
  expect(scene.now - began).toBeLessThanOrEqual(heldMs + 3 * HOUR_MS);
  expect(new Set(scene.outcomes)).toEqual(new Set(['failed', 'taken']));
  expect(await scene.row()).toMatchObject({ state: 'on', dropped: 1, failures: 0 });
});

test('WH8 no more than a thousand wait, and those left out are counted', async () => {
  const scene = await Scene.open();
  const { db } = scene.fixture;
  for (let i = 0; i <= WEBHOOKS.maxWaiting; i++)
    await addDeliveries(db, [scene.id], {
      ...{ event: ulid(), type: 'document.created', document: `page-${i}`, actor: null, at: i },
    });
  const listed = async () => (await listWebhooks(db, 'ada'))[0];
  expect(await listed()).toMatchObject({ waiting: WEBHOOKS.maxWaiting, dropped: 1 });
  await scene.fixture.do('ada', { name: 'webhook:pause', input: { id: scene.id } });
  await scene.fixture.do('ada', scene.resume());
  expect(await listed()).toMatchObject({ waiting: 0, dropped: WEBHOOKS.maxWaiting + 1 });
});

test('WH8 nobody fills the queue by repeating something, nor by one document', async () => {
  const scene = await Scene.open();
  const { db } = scene.fixture;
  const add = async (actor: string, at: number, document = PAGE) =>
    await addDeliveries(db, [scene.id], {
      ...{ event: ulid(), type: 'document.renamed', document, actor, at },
    });
  for (let at = 0; at < 2_000; at++) await add('mallory', at);
  for (const actor of ['ada', 'bob']) await add(actor, 2_000);
  const listed = async () => (await listWebhooks(db, 'ada'))[0];
  expect(await listed()).toMatchObject({ waiting: 3, dropped: 0 });
  expect((await findDelivery(db, scene.id))?.at).toBe(1_999);
  for (let guest = 0; guest < 150; guest++) await add(`guest-${guest}`, 3_000);
  expect(await listed()).toMatchObject({ waiting: WEBHOOKS.maxWaitingOfDocument, dropped: 53 });
  await add('bob', 4_000, 'another-page');
  expect(await listed()).toMatchObject({ waiting: WEBHOOKS.maxWaitingOfDocument + 1 });
});

test('WH8 what is replaced while it is sent is sent again', async () => {
  const scene = await Scene.open();
  await scene.fixture.do('ada', make());
  await scene.fixture.do('ada', rename('First'));
  scene.send = async (message) => {
    scene.sent.push(message);
    if (scene.sent.length !== 2) return { kind: 'answered', status: 200 };
    await scene.fixture.do('ada', rename('Second'));
    await scene.findSubscribers();
    return { kind: 'answered', status: 200 };
  };
  await scene.deliver();
  expect(scene.bodies().map(({ document }) => (document as { title: string }).title)).toEqual([
    ...['First', 'First', 'Second'],
  ]);
});

test('WH10 a test and “resume” end the pause', async () => {
  const scene = await Scene.open();
  scene.result = { kind: 'unreachable' };
  await scene.fixture.do('ada', make());
  await scene.deliver();
  await scene.deliver();
  expect(scene.sent).toHaveLength(1);
  await scene.fixture.do('ada', { name: 'webhook:test', input: { id: scene.id, event: ulid() } });
  await scene.deliver();
  expect(scene.sent).toHaveLength(2);
  expect((await scene.row()).failures).toBe(2);
  scene.result = { kind: 'answered', status: 200 };
  await scene.fixture.do('ada', scene.resume());
  await scene.deliver();
  expect(scene.bodies().map(({ type }) => type)).toEqual([
    ...['document.created', 'document.created', 'document.created', 'test'],
  ]);
});

test('WH10 days of failures, and a 410 at once, switch it off; its person switches it on', async () => {
  const scene = await Scene.open();
  scene.result = { kind: 'unreachable' };
  await scene.fixture.do('ada', make());
  const began = scene.now;
  for (let hour = 0; (await scene.row()).state === 'on'; hour++) {
    // A dead receiver is asked about something all the time.
    if (hour % 12 === 0) await scene.fixture.do('ada', rename(`At ${hour}`));
    await scene.deliver();
    scene.now += HOUR_MS;
    scene.clock.advance(HOUR_MS);
    scene.fixture.now = scene.now;
    expect(hour).toBeLessThan(200);
  }
  expect((await scene.row()).state).toBe('failed');
  expect(scene.now - began).toBeGreaterThanOrEqual(WEBHOOKS.failingForMs);
  expect(await findDelivery(scene.fixture.db, scene.id)).toBeUndefined();
  await scene.fixture.do('ada', scene.resume());
  scene.result = { kind: 'answered', status: 410 };
  await scene.fixture.do('ada', rename('Another'));
  await scene.deliver();
  expect((await scene.row()).state).toBe('gone');
});

test('WH12 a receiver that does not answer delays no other one, and a person has four turns', async () => {
  const scene = await Scene.open();
  const ids = [scene.id, ...Array.from({ length: 4 }, () => ulid())];
  for (const [i, id] of ids.slice(1).entries())
    await scene.fixture.do('ada', scene.create(id, 'of ada', `https://dead-${i}.example/`));
  const other = ulid();
  await scene.fixture.do('bob', scene.create(other, 'of bob', 'https://well.example/'));
  await scene.fixture.do('ada', make());
  await scene.fixture.do('bob', make('document-of-bob-himself'));
  await scene.findSubscribers();
  let answer = (_: SendResult) => {};
  const answered = new Promise<SendResult>((resolve) => (answer = resolve));
  scene.send = async (message) => {
    scene.sent.push(message);
    return message.url.includes('well') ? { kind: 'answered', status: 200 } : await answered;
  };
  const slow = ids.slice(0, 4).map((id) => scene.deliver(id));
  await expect.poll(() => scene.sent.length).toBe(4);
  await scene.deliver(ids[4]);
  expect(scene.sent).toHaveLength(4);
  expect(scene.enqueued.at(-1)).toMatchObject({ key: ids[4], delayMs: WEBHOOKS.waitMs });
  await scene.deliver(other);
  expect(scene.sent.at(-1)?.url).toBe('https://well.example/');
  expect((await scene.row(other)).last_result).toBe('200');
  answer({ kind: 'timeout' });
  await Promise.all(slow);
});

test('WH12 a turn ends while others wait, and a person’s deliveries have a rate', async () => {
  const scene = await Scene.open();
  const { db } = scene.fixture;
  await scene.fixture.do('ada', make());
  await scene.findSubscribers();
  for (let i = 0; i < WEBHOOKS.rate.burst + 5; i++) {
    const document = `page-${i}`;
    await createDocument(db, { id: document, kind: 'page', title: '', owner: 'ada', at: 1 });
    const at = scene.fixture.now;
    const event = { event: ulid(), type: 'document.renamed', document, actor: 'ada', at } as const;
    await addDeliveries(db, [scene.id], event);
  }
  scene.send = async (message) => {
    scene.sent.push(message);
    if (scene.sent.length === 3) scene.clock.advance(WEBHOOKS.turnMs);
    return { kind: 'answered', status: 200 };
  };
  await scene.deliver();
  expect(scene.sent).toHaveLength(3);
  expect(scene.enqueued.at(-1)?.delayMs).toBe(0);
  await scene.deliver();
  expect(scene.enqueued.at(-1)?.delayMs).toBe(WEBHOOKS.waitMs);
  expect(scene.sent.length).toBeLessThan(WEBHOOKS.rate.burst + 6);
  const before = scene.sent.length;
  scene.clock.advance(1_000);
  await scene.deliver();
  expect(scene.sent.length - before).toBeLessThanOrEqual(WEBHOOKS.rate.perSecond);
});

test('WH13 what waited when the database was restored is not sent, what happens then is', async () => {
  const scene = await Scene.open();
  scene.result = { kind: 'unreachable' };
  await scene.fixture.do('ada', make());
  await scene.deliver();
  await scene.fixture.do('ada', rename('Before the backup'));
  scene.now += HOUR_MS;
  scene.fixture.now = scene.now;
  await beginTimeline(scene.fixture.db, 'restored', scene.now);
  scene.result = { kind: 'answered', status: 200 };
  await scene.deliver();
  expect(scene.sent).toHaveLength(1);
  expect((await scene.row()).dropped).toBe(1);
  await scene.fixture.do('ada', rename('Afterwards'));
  await scene.deliver();
  expect(scene.bodies().map(({ document }) => document)).toEqual([
    { id: PAGE, title: 'Minutes' },
    { id: PAGE, title: 'Afterwards' },
  ]);
});
