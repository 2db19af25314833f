/** Tabs with what the application has open: a document, its chat and sharing, the library, the activity. */
import type { ChannelName, ClientMessage } from '@tandem/protocol';
import { forEachConcurrently } from '../../load/concurrency.ts';
import { TandemSocket } from '../../load/swarm/tandem-socket.ts';
import type { RunningTarget } from '../targets.ts';

const CONCURRENCY = 50;

/** @returns creates a tab for each of `documents`, once the server has its last port. */
export async function prepareTabs(
  running: RunningTarget,
  documents: readonly string[],
): Promise<() => TandemSocket[]> {
  const tokens = await running.prepare([...new Set(documents)], documents.length);
  return () =>
    documents.map((document, number) => {
      const token = tokens[number] as string;
      const requests = channelsOf(document, number + 1);
      const { port } = running.server;
      return new TandemSocket({ port, localAddress: '127.0.1.1', token, requests });
    });
}

export async function connectAll(tabs: readonly TandemSocket[]): Promise<void> {
  await forEachConcurrently(tabs, CONCURRENCY, async (tab) => {
    const failure = await tab.connect();
    if (failure !== null) throw new Error(failure);
  });
}

export function disconnectAll(tabs: readonly TandemSocket[]): void {
  for (const tab of tabs) tab.destroy();
}

function channelsOf(document: string, client: number): ClientMessage[] {
  const names: readonly ChannelName[] = [
    'library',
    'activity',
    `chat:${document}`,
    `sharing:${document}`,
  ];
  return [
    { type: 'open', channel: 0, ref: 0, document, client },
    ...names.map((name, at) => ({ type: 'subscribe', channel: 0, ref: at + 1, name }) as const),
  ];
}
