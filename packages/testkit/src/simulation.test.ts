import { expect, test } from 'vitest';
import {
  assertInvariant,
  createSimulation,
  type SimulatedSystem,
  type SimulationEnvironment,
  type SimulationPlan,
} from './simulation.ts';

type Action = 'count' | 'rest' | 'break';
type Environment = SimulationEnvironment<string, 'loss'>;

const plan: SimulationPlan<Action, 'loss'> = {
  title: 'counters',
  keptSeeds: [7],
  steps: 30,
  maxStepMs: 5,
  startMs: 100,
  jitterMs: [2, 20],
  weights: { count: 5, rest: 3, break: 1 },
  always: ['count'],
  faultRates: { loss: 0.5 },
};

class Recorder implements SimulatedSystem<Action> {
  readonly log: string[] = [];
  readonly environment: Environment;

  constructor(environment: Environment) {
    this.environment = environment;
  }

  start(): void {
    this.#note('start');
  }

  act(action: Action): void {
    this.#note(action);
  }

  heal(): void {
    this.#note('heal');
  }

  verify(): void {
    this.#note('verify');
  }

  #note(what: string): void {
    this.log.push(`${this.environment.clock.now()} ${what} ${this.environment.faults.loss}`);
  }
}

function record(seed: number, overrides: Partial<SimulationPlan<Action, 'loss'>> = {}): string[] {
  let recorder: Recorder | undefined;
  createSimulation<string, Action, 'loss'>({ ...plan, ...overrides }, (environment) => {
    recorder = new Recorder(environment);
    return recorder;
  }).run(seed);
  return recorder!.log;
}

const seeds = Array.from({ length: 40 }, (_, index) => index + 1);

test('a seed gives the same run each time, and another seed another run', () => {
  expect(record(1)).toEqual(record(1));
  expect(record(1)).not.toEqual(record(2));
});

test('a run starts at the given time, acts, heals without faults, and is verified', () => {
  const log = record(3);
  expect(log).toHaveLength(plan.steps + 3);
  expect(log[0]).toMatch(/^100 start/);
  expect(log.at(-2)).toMatch(/heal 0$/);
  expect(log.at(-1)).toMatch(/verify 0$/);
});

test('seeds leave out actions and faults, but none that is always there', () => {
  const logs = seeds.map((seed) => record(seed).join('\n'));
  for (const word of ['rest', 'break', '0.5\n'])
    expect(new Set(logs.map((log) => log.includes(word)))).toEqual(new Set([true, false]));
  expect(logs.every((log) => log.includes('count'))).toBe(true);
});

test('a violated invariant is reported with its step and action', () => {
  const { run } = createSimulation<string, Action, 'loss'>(
    { ...plan, weights: { count: 1, rest: 0, break: 0 } },
    (environment) => {
      const recorder = new Recorder(environment);
      return {
        start: () => recorder.start(),
        act: (action) => {
          recorder.act(action);
          assertInvariant(recorder.log.length < 4, 'too many');
        },
        heal: () => {},
        verify: () => {},
      };
    },
  );
  expect(() => run(1)).toThrow('step 2, count: too many');
});

test('a stalled link delivers again within the time', () => {
  const received: string[] = [];
  const { run } = createSimulation<string, Action, 'loss'>(plan, (environment) => {
    const { network, clock } = environment;
    return {
      start: () => {
        const link = network.connect('a', 'b');
        for (const { name } of link.ends)
          link.end(name).receiver = {
            onMessage: (message) => received.push(message),
            onEnd: () => {},
          };
        environment.stall(link, 50);
        link.end('a').send('to b');
        link.end('b').send('to a');
        clock.advance(72);
      },
      act: () => {},
      heal: () => {},
      verify: () => {},
    };
  });
  for (const seed of seeds) run(seed);
  expect(received.toSorted()).toEqual([...seeds.map(() => 'to a'), ...seeds.map(() => 'to b')]);
});
