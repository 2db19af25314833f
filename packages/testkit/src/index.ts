export { ALL_HOSTILE_TEXTS, HOSTILE_TEXTS } from './hostile-texts.ts';
export { ManualClock } from './manual-clock.ts';
export { Link, SimulatedNetwork, type LinkEnd } from './network.ts';
export { SeededRandom } from './random.ts';
export { seedsToRun } from './seeds.ts';
