/** Nodes of one cluster, over whatever bus a contract is run for. */
import { onTestFinished } from 'vitest';
import type { Broker, BrokerListener } from '../broker.ts';
import type { Bus, NodeIdentity, PeerChange } from '../bus.ts';
import { encodeFrame } from '../frame.ts';

/** One broker, or pair of brokers, and the nodes that share it. */
export interface BusEnvironment {
  readonly carriesTopics: boolean;
  /** Not started. */
  createBus(self: NodeIdentity): Bus;
  /** Below a bus: for what no bus of this version sends. */
  createBroker(): Broker;
  /** Lets time pass until something holds. */
  until(holds: () => boolean): Promise<void>;
  pass(ms: number): Promise<void>;
  /** Cuts every connection once. */
  cut(): Promise<void>;
  /** The broker ends, and starts again. */
  stop(): Promise<void>;
  resume(): Promise<void>;
}

export const bytes = (...values: number[]) => Uint8Array.from(values);
export const text = (payload: Uint8Array) => new TextDecoder().decode(payload);
export const encoded = (words: string) => new TextEncoder().encode(words);

/** `toEqual` takes a second for 256 KiB. */
export const equal = (one: Uint8Array, other: Uint8Array) => Buffer.compare(one, other) === 0;

export const QUIET_MS = 300;

export interface Node {
  readonly bus: Bus;
  readonly states: string[];
  readonly changes: string[];
}

export function createNode(
  environment: BusEnvironment,
  name: string,
  boot = `boot-of-${name}`,
): Node {
  const bus = environment.createBus({ node: name, boot });
  const [states, changes]: [string[], string[]] = [[], []];
  bus.onState(({ kind }) => states.push(kind));
  bus.onPeer(({ kind, peer }: PeerChange) => changes.push(`${kind} ${peer.node} ${peer.boot}`));
  onTestFinished(() => bus[Symbol.asyncDispose]());
  bus.start();
  return { bus, states, changes };
}

export const worksIn =
  ({ carriesTopics }: BusEnvironment) =>
  ({ bus }: Node) =>
    bus.state.kind === (carriesTopics ? 'up' : 'fallback');

export async function createNodes(environment: BusEnvironment): Promise<[a: Node, b: Node]> {
  const [a, b] = [createNode(environment, 'a'), createNode(environment, 'b')];
  const works = worksIn(environment);
  await environment.until(
    () => works(a) && works(b) && a.bus.peers.length > 0 && b.bus.peers.length > 0,
  );
  return [a, b];
}

export async function rawBroker(
  environment: BusEnvironment,
  node: string,
  listener: Partial<BrokerListener> = {},
): Promise<Broker> {
  const broker = environment.createBroker();
  onTestFinished(() => broker[Symbol.asyncDispose]());
  let isConnected = false;
  const ignore = () => undefined;
  broker.start(node, {
    onTopic: ignore,
    onMail: ignore,
    onConnected: () => (isConnected = true),
    onDisconnected: ignore,
    ...listener,
  });
  await environment.until(() => isConnected);
  return broker;
}

export const heartbeat = (node: string, boot: string, startedAtMs: number) =>
  encodeFrame({
    kind: 'heartbeat',
    from: { node, boot },
    startedAtMs,
    hasTopics: true,
    wantsReply: false,
  });
