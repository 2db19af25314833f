import { describe, expect, test } from 'vitest';
import { ManualClock } from './manual-clock.ts';
import { SimulatedNetwork, type Link, type LinkEnd } from './network.ts';
import { SeededRandom } from './random.ts';

function setup(seed = 1, latencyMs = 10, jitterMs = 0) {
  const clock = new ManualClock();
  const random = new SeededRandom(seed);
  const network = new SimulatedNetwork<string>({ clock, random, latencyMs, jitterMs });
  const log: string[] = [];
  const listen = (link: Link<string>) => {
    for (const end of link.ends) end.receiver = logging(end);
    return link;
  };
  const logging = (end: LinkEnd<string>) => ({
    onMessage: (message: string) => void log.push(`${end.name}<${message}@${clock.now()}`),
    onEnd: (reason: string) => void log.push(`${end.name}:${reason}@${clock.now()}`),
  });
  return { clock, random, network, log, listen };
}

describe('SimulatedNetwork', () => {
  test('delivers each way, after the latency and not before', () => {
    const { clock, network, log, listen } = setup();
    const link = listen(network.connect('a', 'b'));
    link.end('a').send('hello');
    link.end('b').send('welcome');
    clock.advance(9);
    expect(log).toEqual([]);
    expect(link.end('a').inFlight).toBe(1);
    clock.advance(1);
    expect(log).toEqual(['b<hello@10', 'a<welcome@10']);
    expect(link.end('a').inFlight).toBe(0);
  });

  test('a link may have its own latency', () => {
    const { clock, network, log, listen } = setup();
    listen(network.connect('a', 'b', { latencyMs: 3 }))
      .end('a')
      .send('quick');
    clock.runUntilIdle();
    expect(log).toEqual(['b<quick@3']);
  });

  test('jitter delays but never reorders, and the seed repeats it', () => {
    const run = (seed: number) => {
      const { clock, network, log, listen, random } = setup(seed, 5, 40);
      const link = listen(network.connect('a', 'b'));
      for (let i = 0; i < 100; i++) {
        link.end('a').send(`${i}`);
        clock.advance(random.int(0, 3));
      }
      clock.runUntilIdle();
      return log;
    };
    const log = run(1);
    expect(log.map((line) => /<(\d+)@/.exec(line)?.[1])).toEqual(
      Array.from({ length: 100 }, (_, i) => `${i}`),
    );
    expect(run(1)).toEqual(log);
    expect(run(2)).not.toEqual(log);
  });

  test('a close follows all messages sent before it, once', () => {
    const { clock, network, log, listen } = setup();
    const link = listen(network.connect('a', 'b'));
    link.end('a').send('last');
    link.end('a').close();
    link.end('a').close();
    expect(link.end('a').send('too late')).toBe(false);
    link.end('b').send('to a closed end');
    expect(link.isOpen).toBe(true);
    clock.runUntilIdle();
    expect(log).toEqual(['b<last@10', 'b:closed@10']);
    expect(link.isOpen).toBe(false);
  });

  test('a cut loses messages in flight and notifies both ends', () => {
    const { clock, network, log, listen } = setup();
    const link = listen(network.connect('a', 'b'));
    link.end('a').send('lost');
    clock.advance(5);
    link.cut();
    expect(link.end('b').send('after')).toBe(false);
    clock.runUntilIdle();
    expect(log).toEqual(['a:cut@5', 'b:cut@5']);
  });

  test.each([
    { notice: { only: 'a' } as const, notified: ['a:cut@0'] },
    { notice: 'neither' as const, notified: [] },
  ])('a cut may be noticed by $notice', ({ notice, notified }) => {
    const { clock, network, log, listen } = setup();
    const link = listen(network.connect('a', 'b'));
    link.cut(notice);
    expect(link.end('b').send('into the void')).toBe(true);
    link.end('b').close();
    clock.runUntilIdle();
    expect(log).toEqual(notified);
  });

  test('a stalled direction is silent, the other is not; resuming delivers in order', () => {
    const { clock, network, log, listen } = setup();
    const link = listen(network.connect('a', 'b'));
    link.end('a').send('1');
    link.stall('a');
    link.end('a').send('2');
    link.end('b').send('received');
    clock.advance(100);
    expect(log).toEqual(['a<received@10']);
    link.end('a').close();
    link.resume('a');
    clock.runUntilIdle();
    expect(log).toEqual(['a<received@10', 'b<1@100', 'b<2@100', 'b:closed@110']);
  });

  test('a cut during a stall loses the stalled messages', () => {
    const { clock, network, log, listen } = setup();
    const link = listen(network.connect('a', 'b'));
    link.stall('a');
    link.end('a').send('lost');
    link.cut();
    link.resume('a');
    clock.runUntilIdle();
    expect(log).toEqual(['a:cut@0', 'b:cut@0']);
  });

  test('a receiver may answer, or cut, in the middle of a delivery', () => {
    const { clock, network, log, listen } = setup();
    const link = listen(network.connect('a', 'b'));
    link.end('b').receiver = {
      onMessage: (message) => (message === 'ping' ? link.end('b').send('pong') : link.cut()),
      onEnd: (reason) => void log.push(`b:${reason}`),
    };
    for (const message of ['ping', 'stop', 'ping']) link.end('a').send(message);
    clock.runUntilIdle();
    expect(log).toEqual(['a:cut@10', 'b:cut']);
  });

  test('links are found by name while one end is open', () => {
    const { clock, network, listen } = setup();
    const first = listen(network.connect('a', 'server'));
    const second = listen(network.connect('b', 'server'));
    expect(network.links()).toEqual([first, second]);
    expect(network.links('b')).toEqual([second]);
    first.end('a').close();
    expect(network.links('server')).toEqual([first, second]);
    clock.runUntilIdle();
    expect(network.links('server')).toEqual([second]);
  });

  test('an end without a receiver, and a name that is not there, are bugs of the test', () => {
    const { clock, network } = setup();
    const link = network.connect('a', 'b');
    link.end('a').send('nobody listens');
    expect(() => clock.runUntilIdle()).toThrow('b has no receiver for a');
    expect(() => link.end('c')).toThrow('no end is named c');
  });
});
