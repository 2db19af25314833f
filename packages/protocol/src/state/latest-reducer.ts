/** What the newest values make of the state of a `latest` channel. */
import { MAX_DASHBOARD_SAMPLES } from '../limits.ts';
import type { MessageOf } from '../messages/message.ts';
import type { DashboardState } from './dashboard.ts';
import type { ActivityState } from './library.ts';

/** A document whose value is null is gone. */
export function reduceActivity(
  state: ActivityState,
  { documents }: Pick<MessageOf<'activity:changed'>, 'documents'>,
): ActivityState {
  const merged = new Map(Object.entries(state.documents));
  for (const [id, activity] of Object.entries(documents)) {
    if (activity === null) merged.delete(id);
    else merged.set(id, activity);
  }
  // A document may be called `__proto__`.
  return { ...state, documents: Object.fromEntries(merged) };
}

export function reduceDashboard(
  state: DashboardState,
  { sample }: Pick<MessageOf<'dashboard:changed'>, 'sample'>,
): DashboardState {
  return { ...state, samples: [...state.samples, sample].slice(-MAX_DASHBOARD_SAMPLES) };
}
