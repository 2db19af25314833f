import { describe, expect, test } from 'vitest';
import { connected } from '../testing/connection-scene.ts';

describe('W35: before a token ends', () => {
  const ask = { type: 'authenticate', channel: 0, expiresAt: 5 } as const;

  test('a new one is sent when the server asks for it', async () => {
    const s = await connected();
    s.answers.token = { kind: 'token', token: 'newer' };
    s.latest().answer(ask);
    await s.settle();
    expect(s.tokens).toEqual([{ fresh: false }, { fresh: true }]);
    expect(s.latest().sentOf('token')).toEqual([{ type: 'token', channel: 0, token: 'newer' }]);
    s.latest().answer({ type: 'authenticated', channel: 0, expiresAt: 9 });
    expect(s.connection.state.kind).toBe('connected');
  });

  test('one that cannot be fetched is fetched again later', async () => {
    const s = await connected();
    s.latest().answersPings = true;
    s.answers.token = { kind: 'unreachable' };
    s.latest().answer(ask);
    await s.settle(9_999);
    expect(s.tokens).toHaveLength(2);
    s.answers.token = { kind: 'token', token: 'newer' };
    await s.settle(1);
    expect(s.latest().sentOf('token')).toHaveLength(1);
    await s.settle(60_000);
    expect(s.tokens).toHaveLength(3);
  });

  test('one that arrives after the connection ended is not sent on the next', async () => {
    const s = await connected();
    s.answers.token = { kind: 'unreachable' };
    s.latest().answer(ask);
    await s.settle();
    s.latest().drop(1006);
    s.answers.token = { kind: 'token', token: 'newer' };
    await s.settle(250);
    s.latest().open();
    s.latest().welcome();
    s.latest().answersPings = true;
    await s.settle(30_000);
    expect(s.latest().sentOf('token')).toEqual([]);
  });
});
