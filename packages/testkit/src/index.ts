export { DelayedQueue } from './delayed-queue.ts';
export { ALL_HOSTILE_TEXTS, HOSTILE_TEXTS } from './hostile-texts.ts';
export { ManualClock } from './manual-clock.ts';
export { type Link, type LinkEnd } from './network.ts';
export { SeededRandom } from './random.ts';
export { seedsToRun } from './seeds.ts';
export {
  assertInvariant,
  createSimulation,
  type SimulatedSystem,
  type SimulationEnvironment,
} from './simulation.ts';
