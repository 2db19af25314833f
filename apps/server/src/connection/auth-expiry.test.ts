import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { REAUTHENTICATE_BEFORE_MS, REAUTHENTICATE_GRACE_MS } from '@tandem/protocol';
import { authenticatedConnection } from './testing/fake-connection.ts';

describe('W35: authentication', () => {
  const NOW = 1_800_000_000_000;
  const TTL_MS = 600_000;

  function authenticated() {
    vi.useFakeTimers({ toFake: ['Date'], now: NOW });
    onTestFinished(() => void vi.useRealTimers());
    const fake = authenticatedConnection();
    fake.connection.authenticatedUntil(NOW + TTL_MS);
    const pass = (ms: number): void => {
      // The client sends something all the time.
      for (let passed = 0; passed < ms; passed += 10_000) {
        vi.setSystemTime(Date.now() + Math.min(10_000, ms - passed));
        fake.pass(Math.min(10_000, ms - passed));
        fake.connection.receive(Buffer.from('x'), true);
      }
    };
    return { ...fake, pass };
  }

  test('is requested again 60 s before it expires', () => {
    expect(REAUTHENTICATE_BEFORE_MS).toBe(60_000);
    const { protocol, pass } = authenticated();
    pass(TTL_MS - REAUTHENTICATE_BEFORE_MS - 100);
    expect(protocol.asked).toEqual([]);
    pass(100);
    expect(protocol.asked).toEqual([NOW + TTL_MS]);
  });

  test('ends the connection 25 s after it expired', () => {
    expect(REAUTHENTICATE_GRACE_MS).toBe(25_000);
    const { socket, pass } = authenticated();
    pass(TTL_MS + REAUTHENTICATE_GRACE_MS - 100);
    expect(socket.closes).toEqual([]);
    pass(100);
    expect(socket.closes).toEqual([4401]);
  });

  test('can be renewed any number of times', () => {
    const { connection, protocol, socket, pass } = authenticated();
    for (let round = 1; round <= 3; round++) {
      pass(TTL_MS - REAUTHENTICATE_BEFORE_MS);
      expect(protocol.asked).toHaveLength(round);
      connection.authenticatedUntil(Date.now() + TTL_MS);
      expect(protocol.accepted).toEqual([...protocol.accepted.slice(0, -1), Date.now() + TTL_MS]);
    }
    expect([protocol.accepted.length, socket.closes]).toEqual([3, []]);
  });

  test('that is about to expire is requested again at once', () => {
    const { connection, protocol, pass } = authenticated();
    connection.authenticatedUntil(NOW + 1_000);
    pass(100);
    expect(protocol.asked).toEqual([NOW + 1_000]);
  });
});
