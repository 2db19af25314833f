/**
 * How the updates of one document reach its readers over several regions: from its home to one node of each region, from
 * there through relays to the nodes that hold connections. Virtual time; chance is an argument. What is measured, and
 * what is assumed, is said in `beyond-one-region.md`.
 */
import { EventQueue } from './event-queue.ts';

export interface Region {
  /** Of all readers. */
  readonly share: number;
  /** One way, from the home of the document. */
  readonly latencyMs: number;
}

export interface FanOut {
  readonly readers: number;
  readonly readersPerNode: number;
  readonly regions: readonly Region[];
  /** Nodes that a node sends to within its region; infinite for no relays. */
  readonly degree: number;
  readonly framesPerSecond: number;
  readonly frameBytes: number;
  readonly seconds: number;
  /** Processor time of a gateway, for one frame to one reader, and to one node. */
  readonly readerMs: number;
  readonly nodeMs: number;
  /** One way between nodes of a region, and the mean of what is added to each way at random. */
  readonly localMs: number;
  readonly jitterMs: number;
  readonly fault: Fault;
}

export type Fault =
  | { readonly kind: 'none' }
  /** A relay of the largest region dies, and its children ask for what they lack where it had it from. */
  | { readonly kind: 'relay-lost'; readonly atMs: number; readonly noticedAfterMs: number }
  /** The way to some nodes is slow and loses frames, which the next frame shows. */
  | {
      readonly kind: 'slow-links';
      /** To one relay of the largest region, or to each nth of the readers' nodes. */
      readonly to: 'relay' | { readonly every: number };
      readonly addedMs: number;
      readonly loss: number;
      readonly heldMs: number;
    };

export interface FanOutResult {
  /** With connections, and without: the home, one of each region, and relays. */
  readonly nodes: { readonly edges: number; readonly inner: number };
  /** From the home to the farthest reader's node. */
  readonly hops: number;
  readonly latencyMs: { readonly p50: number; readonly p99: number; readonly max: number };
  /** Sent each second, on average. */
  readonly bytes: {
    readonly edge: number;
    readonly busiestInner: number;
    readonly regions: number;
  };
  /** Of one core, by the busiest node of each sort. */
  readonly load: { readonly edge: number; readonly inner: number };
  /** Frames between nodes each second, all of them. */
  readonly framesBetweenNodes: number;
  /** Requests for frames that were lost. */
  readonly repairs: number;
  /** Frames that a reader's node got, relative to what was written. */
  readonly delivered: number;
}

interface Node {
  readonly region: number;
  readonly readers: number;
  readonly depth: number;
  parent: Node | null;
  children: Node[];
  /** Extra, on the way from the parent. */
  link: { readonly addedMs: number; readonly loss: number };
  busyUntilMs: number;
  workedMs: number;
  sentBytes: number;
  sentFrames: number;
  /** The next frame that it lacks; later ones wait in `held`. */
  next: number;
  readonly held: Map<number, number>;
  isRepairing: boolean;
  isLost: boolean;
}

interface Tree {
  readonly home: Node;
  readonly all: readonly Node[];
  /** Of the largest region. */
  readonly relay: Node | null;
}

const PARTS_PER_MS = 10;

/** @param random uniform in [0, 1). */
export function simulateFanOut(options: FanOut, random: () => number): FanOutResult {
  const tree = plant(options);
  slowDown(tree, options.fault);
  const queue = new EventQueue();
  const latencies = new Histogram();
  const frames = Math.round(options.framesPerSecond * options.seconds);
  const writtenAtMs = Array.from(
    { length: frames },
    (_, i) => (i * 1000) / options.framesPerSecond,
  );
  let [repairs, received] = [0, 0];

  const travelMs = (to: Node): number => {
    const base =
      to.depth === 1 ? (options.regions[to.region] as Region).latencyMs : options.localMs;
    return base - options.jitterMs * Math.log(1 - random()) + to.link.addedMs;
  };

  const send = (from: Node, to: Node, frame: number, atMs: number): void => {
    from.sentBytes += options.frameBytes;
    from.sentFrames++;
    if (random() < to.link.loss) return;
    queue.add(atMs + travelMs(to), (arrivedMs) => arrive(to, frame, arrivedMs));
  };

  /** Frames are passed on in order, to nodes before readers, by one thread. */
  const pass = (node: Node, frame: number, atMs: number): void => {
    node.next = frame + 1;
    let nowMs = Math.max(atMs, node.busyUntilMs);
    const beganMs = nowMs;
    for (const child of node.children) {
      nowMs += options.nodeMs;
      send(node, child, frame, nowMs);
    }
    if (node.readers > 0) {
      received++;
      const lastMs = nowMs + node.readers * options.readerMs;
      const sinceMs = writtenAtMs[frame] as number;
      latencies.addRange(nowMs - sinceMs, lastMs - sinceMs, node.readers);
      node.sentBytes += node.readers * options.frameBytes;
      nowMs = lastMs;
    }
    node.workedMs += nowMs - beganMs;
    node.busyUntilMs = nowMs;
  };

  const arrive = (node: Node, frame: number, atMs: number): void => {
    if (node.isLost || frame < node.next) return;
    if (frame === node.next && node.held.size === 0) {
      pass(node, frame, atMs);
      return;
    }
    node.held.set(frame, atMs);
    while (node.held.has(node.next)) {
      const next = node.next;
      node.held.delete(next);
      pass(node, next, atMs);
    }
    if (node.held.size > 0) repairSoon(node, atMs);
  };

  const repairSoon = (node: Node, atMs: number): void => {
    if (node.isRepairing) return;
    node.isRepairing = true;
    const heldMs = options.fault.kind === 'slow-links' ? options.fault.heldMs : 0;
    queue.add(atMs + heldMs, (nowMs) => {
      if (node.held.size > 0) repair(node, nowMs);
      else node.isRepairing = false;
    });
  };

  /** Asks the parent for everything that it has and the node lacks. */
  const repair = (node: Node, atMs: number): void => {
    const { parent } = node;
    if (parent === null || node.isLost) return;
    repairs++;
    node.isRepairing = true;
    queue.add(atMs + travelMs(node), (nowMs) => {
      let lastMs = nowMs;
      for (let frame = node.next; frame < parent.next; frame++) {
        if (node.held.has(frame)) continue;
        parent.workedMs += options.nodeMs;
        parent.busyUntilMs = Math.max(nowMs, parent.busyUntilMs) + options.nodeMs;
        parent.sentBytes += options.frameBytes;
        parent.sentFrames++;
        const arrivalMs = parent.busyUntilMs + travelMs(node);
        queue.add(arrivalMs, (arrivedMs) => arrive(node, frame, arrivedMs));
        lastMs = Math.max(lastMs, arrivalMs);
      }
      queue.add(lastMs, (endMs) => {
        node.isRepairing = false;
        if (node.held.size > 0) repairSoon(node, endMs);
      });
    });
  };

  const { fault } = options;
  if (fault.kind === 'relay-lost') {
    const lost = relayOf(tree);
    queue.add(fault.atMs, () => (lost.isLost = true));
    queue.add(fault.atMs + fault.noticedAfterMs, (nowMs) => {
      const heir = lost.parent as Node;
      heir.children = heir.children.filter((child) => child !== lost).concat(lost.children);
      for (const child of lost.children) {
        child.parent = heir;
        repair(child, nowMs);
      }
    });
  }
  for (const [frame, atMs] of writtenAtMs.entries())
    queue.add(atMs, (nowMs) => pass(tree.home, frame, nowMs));
  // Shows what was lost last.
  queue.add(options.seconds * 1000 + 1000, (nowMs) => {
    for (const node of tree.all) if (node.next < frames) repair(node, nowMs);
  });
  queue.runAll();

  const edges = tree.all.filter(({ readers }) => readers > 0);
  const inner = tree.all.filter(({ readers }) => readers === 0);
  const perSecond = (value: number) => value / options.seconds;
  const busiest = (nodes: readonly Node[], of: (node: Node) => number) =>
    nodes.reduce((most, node) => Math.max(most, of(node)), 0);
  return {
    nodes: { edges: edges.length, inner: inner.length },
    hops: busiest(edges, ({ depth }) => depth),
    latencyMs: {
      p50: latencies.percentile(0.5),
      p99: latencies.percentile(0.99),
      max: latencies.percentile(1),
    },
    bytes: {
      edge: perSecond(edges.reduce((sum, { sentBytes }) => sum + sentBytes, 0) / edges.length),
      busiestInner: perSecond(busiest(inner, ({ sentBytes }) => sentBytes)),
      regions: perSecond(tree.home.sentBytes),
    },
    load: {
      edge: perSecond(busiest(edges, ({ workedMs }) => workedMs)) / 1000,
      inner: perSecond(busiest(inner, ({ workedMs }) => workedMs)) / 1000,
    },
    framesBetweenNodes: perSecond(tree.all.reduce((sum, { sentFrames }) => sum + sentFrames, 0)),
    repairs,
    delivered: received / (edges.length * frames),
  };
}

function slowDown(tree: Tree, fault: Fault): void {
  if (fault.kind !== 'slow-links') return;
  const { to, addedMs, loss } = fault;
  const slow =
    to === 'relay'
      ? [relayOf(tree)]
      : tree.all.filter(({ readers }) => readers > 0).filter((_, at) => at % to.every === 0);
  for (const node of slow) node.link = { addedMs, loss };
}

function relayOf({ relay }: Tree): Node {
  if (relay === null) throw new Error('this tree has no relay');
  return relay;
}

/** The home, a head in each region, and below it relays until no node sends to more than `degree`. */
function plant(options: FanOut): Tree {
  const all: Node[] = [];
  const create = (region: number, depth: number, readers: number): Node => {
    const node: Node = {
      region,
      readers,
      depth,
      parent: null,
      children: [],
      link: { addedMs: 0, loss: 0 },
      busyUntilMs: 0,
      workedMs: 0,
      sentBytes: 0,
      sentFrames: 0,
      next: 0,
      held: new Map(),
      isRepairing: false,
      isLost: false,
    };
    all.push(node);
    return node;
  };
  const adopt = (parent: Node, child: Node): void => {
    child.parent = parent;
    parent.children.push(child);
  };
  const fill = (parent: Node, edges: number, readers: number): void => {
    if (edges <= options.degree) {
      for (let i = 0; i < edges; i++) {
        const share = Math.floor(((i + 1) * readers) / edges) - Math.floor((i * readers) / edges);
        adopt(parent, create(parent.region, parent.depth + 1, share));
      }
      return;
    }
    const relays = Math.min(options.degree, Math.ceil(edges / options.degree));
    for (let i = 0; i < relays; i++) {
      const below = Math.floor(((i + 1) * edges) / relays) - Math.floor((i * edges) / relays);
      const relay = create(parent.region, parent.depth + 1, 0);
      adopt(parent, relay);
      fill(relay, below, Math.round((readers * below) / edges));
    }
  };
  const home = create(0, 0, 0);
  for (const [region, { share }] of options.regions.entries()) {
    const readers = Math.round(options.readers * share);
    const head = create(region, 1, 0);
    adopt(home, head);
    fill(head, Math.ceil(readers / options.readersPerNode), readers);
  }
  const largest = options.regions.reduce(
    (best, { share }, at) => (share > (options.regions[best] as Region).share ? at : best),
    0,
  );
  const head = home.children[largest] as Node;
  const relay = head.children.find(({ readers }) => readers === 0) ?? null;
  return { home, all, relay };
}

/** Counts by tenths of a millisecond, as differences to the tenth before. */
class Histogram {
  readonly #steps: number[] = [];
  #total = 0;

  /** `count` values, evenly from one to the other. */
  addRange(fromMs: number, toMs: number, count: number): void {
    const [first, end] = [Math.floor(fromMs * PARTS_PER_MS), Math.floor(toMs * PARTS_PER_MS) + 1];
    const each = count / (end - first);
    for (let at = this.#steps.length; at <= end; at++) this.#steps.push(0);
    this.#steps[first] = (this.#steps[first] as number) + each;
    this.#steps[end] = (this.#steps[end] as number) - each;
    this.#total += count;
  }

  /** The upper end of the tenth in which it lies. */
  percentile(share: number): number {
    let [here, sum] = [0, 0];
    for (const [at, step] of this.#steps.entries()) {
      here += step;
      sum += here;
      if (sum >= share * this.#total * (1 - 1e-9)) return (at + 1) / PARTS_PER_MS;
    }
    return 0;
  }
}
