/** One process of the swarm: holds crowds and executes commands received over IPC. */
import { Crowd } from './crowd.ts';
import type { SwarmAnswer, SwarmRequest } from './swarm.ts';

const crowds = new Map<number, Crowd>();

process.on('message', (request: SwarmRequest) => void serve(request));
process.on('disconnect', () => process.exit());

async function serve({ id, crowd: number, order }: SwarmRequest): Promise<void> {
  let answer: SwarmAnswer;
  try {
    if (order.kind === 'gather') {
      crowds.set(number, new Crowd(order.plan, order.process));
      answer = { id, value: undefined };
    } else {
      const crowd = crowds.get(number);
      if (crowd === undefined) throw new Error(`there is no crowd ${number}`);
      if (order.method === 'leave') crowds.delete(number);
      const method = crowd[order.method] as (...values: readonly unknown[]) => unknown;
      answer = { id, value: await method.apply(crowd, [...order.values]) };
    }
  } catch (error) {
    answer = { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
  process.send?.(answer);
}
