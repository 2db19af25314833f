import { pino } from 'pino';
import { expect, test } from 'vitest';
import { ManualClock } from '@tandem/testkit';
import {
  DOCUMENT as document,
  fixtureWithRoles,
} from '../commands/handlers/testing/command-fixture.ts';
import { LINK_EXPIRY } from '../limits.ts';
import { standingsIn } from '../storage/roles.ts';
import { LinkExpiry } from './link-expiry.ts';

const MINUTE_MS = 60_000;

async function scene() {
  const fixture = await fixtureWithRoles();
  const clock = new ManualClock();
  let isFailing = false;
  let commands = 0;
  const runner = {
    async run({ user, command }: { user: string; command: object }) {
      commands++;
      if (isFailing) throw new Error('the disk is full');
      fixture.now = clock.now();
      return await fixture.run(user, command as never);
    },
  };
  const expiry = new LinkExpiry({ db: fixture.db, runner, clock, log: pino({ enabled: false }) });
  const endAt = async (expiresAt: number | null) => {
    fixture.now = clock.now();
    const input = { document, link: 'edit', expiresAt } as const;
    await fixture.do('ada', { name: 'link:change', input });
    expiry.check();
    await settled();
  };
  const pass = async (ms: number) => {
    clock.advance(ms);
    await settled();
  };
  return {
    ...{ fixture, clock, expiry, endAt, pass },
    isOpen: async () => (await standingsIn(fixture.db, document))('lin') !== null,
    commands: () => commands,
    fail: (on: boolean) => (isFailing = on),
  };
}

/** Queries in memory take some turns. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
}

test('PO11 a link ends when it is time, and nothing is asked before', async () => {
  const { clock, endAt, pass, isOpen, commands } = await scene();
  clock.advance(5_000);
  await endAt(clock.now() + 10_000);
  await pass(9_999);
  expect(await isOpen()).toBe(true);
  expect(commands()).toBe(0);
  await pass(LINK_EXPIRY.minWaitMs);
  expect(await isOpen()).toBe(false);
  await pass(MINUTE_MS);
  expect(commands()).toBe(1);
});

test('PO11 a link ends at the last time that was set', async () => {
  const { clock, endAt, pass, isOpen } = await scene();
  clock.advance(5_000);
  await endAt(clock.now() + 10_000);
  await endAt(clock.now() + 10 * MINUTE_MS);
  await pass(11_000);
  expect(await isOpen()).toBe(true);
  await endAt(clock.now() + 1_000);
  await pass(1_000);
  expect(await isOpen()).toBe(false);
});

test('PO11 what was due while no server ran has ended when the start is over', async () => {
  const { fixture, clock, expiry, isOpen } = await scene();
  clock.advance(5_000);
  fixture.now = clock.now();
  const input = { document, link: 'edit', expiresAt: clock.now() + 1_000 } as const;
  await fixture.do('ada', { name: 'link:change', input });
  clock.advance(2_000);
  expect(await isOpen()).toBe(true);
  await expiry.start();
  expect(await isOpen()).toBe(false);
  expiry[Symbol.dispose]();
});

test('PO11 a failure is repeated', async () => {
  const { clock, endAt, pass, isOpen, expiry, fail } = await scene();
  clock.advance(5_000);
  await endAt(clock.now() + 1_000);
  fail(true);
  await pass(2_000);
  await expiry.start();
  expect(await isOpen()).toBe(true);
  fail(false);
  await pass(2 * LINK_EXPIRY.retry.capMs);
  expect(await isOpen()).toBe(false);
  expiry[Symbol.dispose]();
});
