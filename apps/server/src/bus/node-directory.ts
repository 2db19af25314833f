/** Which other nodes are alive, from what they say: BU11 to BU13. */
import { NODE_LEASE } from './bus-limits.ts';
import type { NodeIdentity, Peer, PeerChange } from './bus.ts';
import type { HeartbeatFrame } from './frame.ts';

interface Lease {
  readonly peer: Peer;
  readonly hasTopics: boolean;
  readonly heardMs: number;
}

export type PeerLease = Readonly<Lease>;

export class NodeDirectory {
  readonly #self: NodeIdentity;
  readonly #startedAtMs: number;
  readonly #onChange: (change: PeerChange) => void;
  readonly #leases = new Map<string, Lease>();
  /** Boots that were said to be over, and since when. */
  readonly #departed = new Map<string, number>();
  #replacedMs = -Infinity;

  constructor(self: NodeIdentity, startedAtMs: number, onChange: (change: PeerChange) => void) {
    this.#self = self;
    this.#startedAtMs = startedAtMs;
    this.#onChange = onChange;
  }

  get peers(): readonly Peer[] {
    return [...this.#leases.values()].map(({ peer }) => peer);
  }

  lease(node: string): PeerLease | undefined {
    return this.#leases.get(node);
  }

  /** Whether a later process has this node's name. */
  isReplaced(nowMs: number): boolean {
    return nowMs - this.#replacedMs < NODE_LEASE.expiryMs;
  }

  handleHeartbeat({ from, startedAtMs, hasTopics }: HeartbeatFrame, nowMs: number): void {
    if (from.node === this.#self.node) {
      if (from.boot !== this.#self.boot && isLater({ ...from, startedAtMs }, this.#own))
        this.#replacedMs = nowMs;
      return;
    }
    if (this.#departed.has(from.boot)) return;
    const known = this.#leases.get(from.node)?.peer;
    const peer = known?.boot === from.boot ? known : { ...from, startedAtMs };
    if (known !== undefined && known !== peer) {
      if (!isLater(peer, known)) return;
      this.#remove(known, 'restarted', nowMs);
    }
    this.#leases.set(from.node, { peer, hasTopics, heardMs: nowMs });
    if (known !== peer) this.#onChange({ kind: 'joined', peer });
  }

  handleLeaving(from: NodeIdentity, nowMs: number): void {
    if (from.node === this.#self.node) {
      if (from.boot !== this.#self.boot) this.#replacedMs = -Infinity;
      return;
    }
    this.#departed.set(from.boot, nowMs);
    const known = this.#leases.get(from.node)?.peer;
    if (known?.boot === from.boot) this.#remove(known, 'left', nowMs);
  }

  expire(nowMs: number): void {
    for (const { peer, heardMs } of this.#leases.values())
      if (nowMs - heardMs >= NODE_LEASE.expiryMs) {
        this.#leases.delete(peer.node);
        this.#onChange({ kind: 'lost', peer });
      }
    for (const [boot, sinceMs] of this.#departed)
      if (nowMs - sinceMs >= NODE_LEASE.departedMs) this.#departed.delete(boot);
  }

  /** Leases last longer by a pause of this process, which heard nobody meanwhile. */
  forgive(pauseMs: number): void {
    for (const [node, lease] of this.#leases)
      this.#leases.set(node, { ...lease, heardMs: lease.heardMs + pauseMs });
  }

  get #own(): Peer {
    return { ...this.#self, startedAtMs: this.#startedAtMs };
  }

  #remove(peer: Peer, kind: 'left' | 'restarted', nowMs: number): void {
    this.#leases.delete(peer.node);
    this.#departed.set(peer.boot, nowMs);
    this.#onChange({ kind, peer });
  }
}

/** Both sides decide alike also for two processes that started in one millisecond. */
function isLater(one: Peer, other: Peer): boolean {
  return one.startedAtMs === other.startedAtMs
    ? one.boot > other.boot
    : one.startedAtMs > other.startedAtMs;
}
