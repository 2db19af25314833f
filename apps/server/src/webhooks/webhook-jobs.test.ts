import { Webhook } from 'standardwebhooks';
import { ulid } from 'ulid';
import { expect, test } from 'vitest';
import { Fixture, type AnyCall } from '../commands/handlers/testing/command-fixture.ts';
import { WEBHOOKS } from '../limits.ts';
import { systemClock } from '../runtime/clock.ts';
import type { NewJob } from '../storage/jobs/job-store.ts';
import { createSession } from '../storage/sessions.ts';
import { registerUser } from '../storage/users.ts';
import { findWebhook, listWebhooks } from '../storage/webhooks.ts';
import { webhookDeliveries, webhookEvents } from './webhook-jobs.ts';
import { createWebhookSecret } from './webhook-secret.ts';
import type { SendResult, WebhookMessage } from './webhook-sender.ts';

const PAGE = 'document-of-the-webhooks';
const context = { id: 'job', attempt: 1, signal: new AbortController().signal };

class Scene {
  readonly sent: WebhookMessage[] = [];
  readonly secret = createWebhookSecret();
  readonly id = ulid();
  now = Date.now();
  result: SendResult = { kind: 'answered', status: 200 };
  enqueued: NewJob[] = [];

  readonly fixture: Fixture;

  constructor(fixture: Fixture) {
    this.fixture = fixture;
  }

  static async open(): Promise<Scene> {
    const fixture = await Fixture.open(['ada', 'bob']);
    for (const id of ['ada', 'bob']) {
      await registerUser(fixture.db, { id, at: 1 });
      await createSession(fixture.db, { id: `of ${id}`, user: id, at: 1_000, expiresAt: 9e15 });
    }
    const scene = new Scene(fixture);
    await fixture.do('ada', scene.create());
    return scene;
  }

  create(id = this.id, session = 'of ada'): AnyCall {
    const input = {
      ...{ id, session, secret: this.secret, name: 'Bot', url: 'https://receiver.example/' },
      ...{ about: null, events: ['document.created', 'document.renamed'] as const },
    };
    return { name: 'webhook:create', input };
  }

  /** Runs the jobs of the events, and that of the webhook. */
  async deliver(): Promise<void> {
    const { db } = this.fixture;
    const jobs = { enqueue: async (more: readonly NewJob[]) => void this.enqueued.push(...more) };
    const events = webhookEvents({ db, jobs, onEnqueued: () => {} });
    const rows = await db.selectFrom('job').selectAll().where('kind', '=', events.kind).execute();
    for (const { input } of rows) await events.run(events.input.parse(JSON.parse(input)), context);
    await db.deleteFrom('job').where('kind', '=', events.kind).execute();
    const handler = webhookDeliveries({
      ...{ db, jobs, random: () => 0 },
      clock: { now: () => this.now, monotonicMs: systemClock.monotonicMs },
      send: async (message) => {
        this.sent.push(message);
        return this.result;
      },
    });
    await handler.run({ webhook: this.id }, context);
  }

  bodies() {
    return this.sent.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
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
  scene.now += WEBHOOKS.retry.capMs;
  await scene.deliver();
  expect(scene.sent).toHaveLength(1);
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

test('WH10 days of failures, and a 410 at once, switch it off; its person switches it on', async () => {
  const scene = await Scene.open();
  scene.result = { kind: 'unreachable' };
  await scene.fixture.do('ada', make());
  const state = async () => (await findWebhook(scene.fixture.db, scene.id))?.state;
  const began = scene.now;
  while ((await state()) === 'on') {
    await scene.deliver();
    scene.now += WEBHOOKS.retry.capMs;
    expect(scene.sent.length).toBeLessThan(50);
  }
  expect(await state()).toBe('failed');
  expect(scene.now - began).toBeGreaterThanOrEqual(WEBHOOKS.failingForMs);
  expect(
    (await scene.fixture.run('bob', { name: 'webhook:resume', input: { id: scene.id } })).kind,
  ).toBe('refused');
  await scene.fixture.do('ada', { name: 'webhook:resume', input: { id: scene.id } });
  scene.result = { kind: 'answered', status: 410 };
  await scene.fixture.do('ada', rename('Another'));
  await scene.deliver();
  expect(await state()).toBe('gone');
});

test('WH1 ten at most, with an account, by their person who has shown who they are', async () => {
  const { fixture, ...scene } = await Scene.open();
  const create = Scene.prototype.create.bind(scene as Scene);
  for (let i = 1; i < 10; i++) await fixture.do('ada', create(ulid()));
  expect((await fixture.run('ada', create(ulid()))).kind).toBe('refused');
  expect((await fixture.run('bob', create(ulid(), 'of ada'))).kind).toBe('refused');
  expect(JSON.stringify(await listWebhooks(fixture.db, 'ada'))).not.toContain('whsec_');
});
