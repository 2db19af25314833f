/**
 * Runs a system with random faults on a simulated clock and network. A seed decides which actions
 * and faults occur and when; in the end the faults stop, and the system must agree with itself.
 */
import { ManualClock } from './manual-clock.ts';
import { SimulatedNetwork, type Link } from './network.ts';
import { SeededRandom } from './random.ts';

export interface SimulatedSystem<Action extends string> {
  start(): void;
  act(action: Action): void;
  /** Lets the system settle. All fault rates are 0. */
  heal(): void;
  /** @throws Error when an invariant is violated. */
  verify(): void;
}

export interface SimulationPlan<Action extends string, Fault extends string> {
  readonly title: string;
  /** Seeds that once found a defect. They run first. */
  readonly keptSeeds: readonly number[];
  readonly steps: number;
  readonly maxStepMs: number;
  readonly startMs?: number;
  readonly jitterMs: readonly number[];
  /** Relative frequencies. A seed leaves out most actions, so that no run has all of them. */
  readonly weights: Readonly<Record<Action, number>>;
  readonly always: readonly Action[];
  /** Probabilities. A seed sets about half of them to 0. */
  readonly faultRates: Readonly<Record<Fault, number>>;
}

export interface Simulation {
  readonly title: string;
  readonly keptSeeds: readonly number[];
  /** @throws Error with the step and the action at which an invariant was violated. */
  run(seed: number): void;
}

export class SimulationEnvironment<Message, Fault extends string> {
  readonly random: SeededRandom;
  readonly clock: ManualClock;
  readonly network: SimulatedNetwork<Message>;
  readonly faults: Record<Fault, number>;

  constructor(
    seed: number,
    plan: Pick<SimulationPlan<string, Fault>, 'startMs' | 'jitterMs' | 'faultRates'>,
  ) {
    const random = new SeededRandom(seed);
    this.random = random;
    this.clock = new ManualClock(plan.startMs);
    this.network = new SimulatedNetwork({
      clock: this.clock,
      random,
      latencyMs: 1,
      jitterMs: random.pick(plan.jitterMs),
    });
    this.faults = { ...plan.faultRates };
    for (const fault of this.#faultNames()) if (!random.chance(0.5)) this.faults[fault] = 0;
  }

  stall(link: Link<Message>, maxMs: number): void {
    const { name } = this.random.pick(link.ends);
    link.stall(name);
    this.clock.setTimeout(() => link.resume(name), this.random.int(1, maxMs));
  }

  stopFaults(): void {
    for (const fault of this.#faultNames()) this.faults[fault] = 0;
  }

  #faultNames(): Fault[] {
    return Object.keys(this.faults) as Fault[];
  }
}

export function createSimulation<Message, Action extends string, Fault extends string>(
  plan: SimulationPlan<Action, Fault>,
  createSystem: (environment: SimulationEnvironment<Message, Fault>) => SimulatedSystem<Action>,
): Simulation {
  const run = (seed: number): void => {
    const environment = new SimulationEnvironment<Message, Fault>(seed, plan);
    const { random, clock } = environment;
    const system = createSystem(environment);
    system.start();
    const actions = enabledActions(plan, random);
    for (let step = 0; step < plan.steps; step++) {
      const action = random.pick(actions);
      reporting(`step ${step}, ${action}`, () => {
        system.act(action);
        clock.advance(random.int(0, plan.maxStepMs));
      });
    }
    environment.stopFaults();
    reporting('healing', () => system.heal());
    reporting('the end', () => system.verify());
  };
  return { title: plan.title, keptSeeds: plan.keptSeeds, run };
}

/** @throws Error when the invariant does not hold */
export function assertInvariant(holds: boolean, violation: string): void {
  if (!holds) throw new Error(violation);
}

function enabledActions<Action extends string>(
  { weights, always }: Pick<SimulationPlan<Action, string>, 'weights' | 'always'>,
  random: SeededRandom,
): Action[] {
  return (Object.entries(weights) as [Action, number][])
    .filter(([action]) => always.includes(action) || random.chance(0.4))
    .flatMap(([action, weight]) => Array.from({ length: weight }, () => action));
}

function reporting(step: string, work: () => void): void {
  try {
    work();
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${step}: ${message}`, { cause });
  }
}
