/** One open channel of one connection, as the engine knows it. */
export interface Subscription {
  readonly user: string;
  readonly client: number | undefined;
  /** The client's replica comes from a timeline that a restore ended. */
  readonly returns: boolean;
  /** The `cseq` of its first update, or of what repaired that one; null while the repair is awaited. */
  first: number | null;
  /** The highest `cseq` so far. */
  newest: number;
  state: 'accepting' | 'refused' | 'awaiting-repair';
}
