/** One open channel of one connection, as the engine knows it. */
export interface Subscription {
  readonly user: string;
  readonly client: number | undefined;
  /** The client's replica comes from a timeline that a restore ended. */
  readonly returns: boolean;
  /** The highest `cseq` so far. */
  newest: number;
  state: 'accepting' | 'refused' | 'awaiting-repair';
}
