/** A connection whose send buffer, flushes and time are controlled by the test. */
import { pino } from 'pino';
import { HELLO_TIMEOUT_MS, type ErrorBody } from '@tandem/protocol';
import { systemClock } from '../../runtime/clock.ts';
import { ErrorBoundary } from '../../runtime/error-boundary.ts';
import { TIMER_WHEEL } from '../../limits.ts';
import { Metrics } from '../../metrics/metrics.ts';
import { Connection } from '../connection.ts';
import { ConnectionRegistry } from '../connection-registry.ts';
import { ConnectionTelemetry } from '../connection-telemetry.ts';
import { Output } from '../output.ts';
import type { ProtocolHandler } from '../protocol-handler.ts';
import type { LaggingChannel } from '../send-queue.ts';
import type { Leave } from '../../presence/subscriber.ts';
import type { FlushScheduler, Flushable } from '../../runtime/flush-scheduler.ts';
import { PreAuthConnections } from '../../rate-limits/pre-auth-connections.ts';
import { TimerWheel } from '../../runtime/timer-wheel.ts';
import { FrameMaker, type Data, type Frame } from '../../transports/frame.ts';
import type { Transport } from '../../transports/transport.ts';

class FakeTransport implements Transport {
  readonly kind = 'websocket';
  readonly sent: Data[] = [];
  readonly closes: number[] = [];
  reading: 'running' | 'paused' = 'running';
  bufferedBytes = 0;
  stuck = false;

  write(frames: readonly Frame[]): void {
    for (const { data } of frames) {
      this.sent.push(data);
      if (this.stuck) this.bufferedBytes += data.length;
    }
  }

  close(code: number): void {
    this.closes.push(code);
  }

  pause(): void {
    this.reading = 'paused';
  }

  resume(): void {
    this.reading = 'running';
  }

  ping(): void {}

  terminate(): void {}
}

class FakeProtocolHandler implements ProtocolHandler {
  readonly errors: ErrorBody[] = [];
  readonly ends: Leave[] = [];
  readonly received: Buffer[] = [];
  readonly asked: number[] = [];
  readonly accepted: number[] = [];
  pings = 0;
  readonly join: ProtocolHandler['join'];
  onReceive: () => void = () => {};

  constructor(join: ProtocolHandler['join'] = null) {
    this.join = join;
  }

  receive(data: Buffer): void {
    this.received.push(data);
    this.onReceive();
  }

  ping(): void {
    this.pings++;
  }

  sendError(error: ErrorBody): void {
    this.errors.push(error);
  }

  sendGoaway(): void {}

  requestReauthentication(expiresAt: number): void {
    this.asked.push(expiresAt);
  }

  onReauthenticated(expiresAt: number): void {
    this.accepted.push(expiresAt);
  }

  end(how: Leave): void {
    this.ends.push(how);
  }
}

class CountingRegistry extends ConnectionRegistry {
  ended = 0;

  override onEnded(connection: Connection): void {
    super.onEnded(connection);
    this.ended++;
  }
}

export function fakeConnection({
  join = null,
  preAuth = new PreAuthConnections(),
  isHeld = () => false,
}: {
  join?: ProtocolHandler['join'];
  preAuth?: PreAuthConnections;
  isHeld?: () => boolean;
} = {}) {
  const socket = new FakeTransport();
  const protocol = new FakeProtocolHandler(join);
  const wheel = new TimerWheel();
  const flushing = new Set<Flushable>();
  let nowMs = 0;
  const metrics = new Metrics();
  const log = pino({ enabled: false });
  const owner = new CountingRegistry(preAuth);
  const outputShared = {
    wheel,
    clock: systemClock,
    flushes: { add: (waiting: Flushable) => void flushing.add(waiting) } as FlushScheduler,
    frames: new FrameMaker(),
    metrics,
    isHeld,
  };
  const connection = new Connection({
    id: 'connection',
    address: null,
    transport: socket,
    codec: 'binary',
    shared: {
      owner,
      createOutput: (transport, output) =>
        new Output({ transport, shared: outputShared, owner: output }),
      limits: { messagesPerSecond: 10, bytesPerSecond: 1_024 },
      telemetry: new ConnectionTelemetry(metrics, log),
      errors: new ErrorBoundary({ log, counter: metrics.containedErrors }),
      wheel,
      clock: systemClock,
      random: () => 0.5,
    },
  });
  return {
    connection,
    socket,
    protocol,
    metrics,
    ended: () => owner.ended,
    /** Ends the turn of the event loop, `afterMs` after the one before. */
    turn: (afterMs = 1_000) => {
      nowMs += afterMs;
      for (const waiting of flushing) waiting.flush(nowMs);
      flushing.clear();
    },
    pass: (ms: number) => {
      for (let i = 0; i < ms / TIMER_WHEEL.tickMs; i++) wheel.turn();
    },
  };
}

export const USER = { id: 'ada', name: 'Ada', color: 1 };

export function authenticatedConnection(options?: Parameters<typeof fakeConnection>[0]) {
  const fake = fakeConnection(options);
  fake.connection.start(fake.protocol, HELLO_TIMEOUT_MS);
  fake.connection.onAuthenticated(USER);
  return fake;
}

/** A connection whose client reads nothing: `bytes` wait, and `requested` bytes that it asked for. */
export function stuckConnection(bytes: number, requested = 0) {
  const fake = authenticatedConnection();
  fake.socket.stuck = true;
  if (bytes > 0) fake.connection.queue(new Uint8Array(bytes));
  if (requested > 0) fake.connection.queue(new Uint8Array(requested), true);
  fake.turn();
  const caughtUp: string[] = [];
  const channel = (name: string): LaggingChannel => ({ catchUp: () => void caughtUp.push(name) });
  const left = (rest: number) => void (fake.socket.bufferedBytes = rest);
  return { ...fake, channel, caughtUp, left };
}
