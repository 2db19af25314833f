export type { Clock, TimerHandle } from './clock.ts';
export { ALL_HOSTILE_TEXTS, HOSTILE_TEXTS } from './hostile-texts.ts';
export { ManualClock, MAX_IDLE_TIMERS } from './manual-clock.ts';
export {
  Link,
  SimulatedNetwork,
  type CutNotice,
  type LinkEnd,
  type LinkOptions,
  type LinkReceiver,
  type NetworkOptions,
} from './network.ts';
export { SeededRandom, type Random } from './random.ts';
export { seedsToRun, type SeedPlan } from './seeds.ts';
