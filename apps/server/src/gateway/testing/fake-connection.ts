/** A connection whose socket takes from its buffer only what a test lets it, and whose time a test turns. */
import { pino } from 'pino';
import type { ErrorBody } from '@tandem/protocol';
import { WHEEL_TICK_MS } from '../../limits.ts';
import { Connection, type Data, type Dialogue } from '../connection.ts';
import type { Leave } from '../document-room.ts';
import type { FlushTurn, Flushing } from '../flush-turn.ts';
import type { GatewaySocket } from '../socket.ts';
import { TimerWheel } from '../timer-wheel.ts';

class FakeSocket {
  readonly sent: Data[] = [];
  readonly closes: number[] = [];
  reading: 'running' | 'paused' = 'running';
  bufferedAmount = 0;
  /** Whether what is sent stays in the buffer. */
  stuck = false;

  send(data: Data): void {
    this.sent.push(data);
    if (this.stuck) this.bufferedAmount += data.length;
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
}

class FakeDialogue implements Dialogue {
  readonly explained: ErrorBody[] = [];
  readonly ends: Leave[] = [];
  readonly received: Buffer[] = [];
  pings = 0;
  readonly join: Dialogue['join'];
  onReceive: () => void = () => {};

  constructor(join: Dialogue['join'] = null) {
    this.join = join;
  }

  receive(data: Buffer): void {
    this.received.push(data);
    this.onReceive();
  }

  ping(): void {
    this.pings++;
  }

  explain(error: ErrorBody): void {
    this.explained.push(error);
  }

  goaway(): void {}

  end(how: Leave): void {
    this.ends.push(how);
  }
}

export function fakeConnection({ join = null }: { join?: Dialogue['join'] } = {}) {
  const socket = new FakeSocket();
  const dialogue = new FakeDialogue(join);
  const wheel = new TimerWheel();
  const flushing = new Set<Flushing>();
  let ended = 0;
  const connection = new Connection({
    id: 'connection',
    address: null,
    socket: socket as unknown as GatewaySocket,
    stream: { cork() {}, uncork() {} } as never,
    shared: {
      wheel,
      turn: { add: (waiting: Flushing) => void flushing.add(waiting) } as FlushTurn,
      log: pino({ enabled: false }),
      limits: {
        connectionsPerUser: 20,
        connectionsPerAddress: 200,
        messagesPerSecond: 10,
        bytesPerSecond: 1_024,
      },
      onEnd: () => void ended++,
    },
  });
  return {
    connection,
    socket,
    dialogue,
    ended: () => ended,
    /** Ends the turn of the loop. */
    turn: () => {
      for (const waiting of flushing) waiting.flush();
      flushing.clear();
    },
    pass: (ms: number) => {
      for (let i = 0; i < ms / WHEEL_TICK_MS; i++) wheel.turn();
    },
  };
}
