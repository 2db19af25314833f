/** One process of the swarm: holds groups of clients and executes commands received over IPC. */
import { ClientGroup } from './client-group.ts';
import type { SwarmResponse, SwarmRequest } from './swarm.ts';

const groups = new Map<number, ClientGroup>();

process.on('message', (request: SwarmRequest) => void handleRequest(request));
process.on('disconnect', () => process.exit());

async function handleRequest({ id, group: number, command }: SwarmRequest): Promise<void> {
  let response: SwarmResponse;
  try {
    if (command.kind === 'create') {
      groups.set(number, new ClientGroup(command.plan, command.process));
      response = { id, value: undefined };
    } else {
      const group = groups.get(number);
      if (group === undefined) throw new Error(`there is no group ${number}`);
      if (command.method === 'close') groups.delete(number);
      const method = group[command.method] as (...values: readonly unknown[]) => unknown;
      response = { id, value: await method.apply(group, [...command.values]) };
    }
  } catch (error) {
    response = {
      id,
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  }
  process.send?.(response);
}
