/** Selects the seeds that a simulation or fuzz test runs. */

export interface SeedPlan {
  readonly count: number;
  readonly kept?: readonly number[];
}

/**
 * Selects `SEED=7` alone or `SEEDS=20000` many instead of the plan's own count. Put the seed into
 * the test's name, so that a failure prints it: `test.each(seeds)('seed %i converges', …)`.
 *
 * @throws Error when a variable is not a whole number
 */
export function seedsToRun(plan: SeedPlan, environment = processEnvironment()): number[] {
  const only = wholeNumber('SEED', environment['SEED']);
  if (only !== undefined) return [only];
  const count = wholeNumber('SEEDS', environment['SEEDS']) ?? plan.count;
  return [...new Set([...(plan.kept ?? []), ...Array.from({ length: count }, (_, i) => i + 1)])];
}

type Environment = Readonly<Record<string, string | undefined>>;

function processEnvironment(): Environment {
  return (globalThis as { process?: { env?: Environment } }).process?.env ?? {};
}

function wholeNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  if (!/^\d{1,10}$/.test(text)) throw new Error(`${name} must be a whole number, not "${text}"`);
  return Number(text);
}
