/** The port by which a node sees how far the journals of many documents are. */
export interface JournalHead {
  readonly document: string;
  readonly epoch: string;
  readonly head: number;
}

export interface JournalHeads extends AsyncDisposable {
  /** @throws StorageError */
  read(documents: readonly string[]): Promise<readonly JournalHead[]>;
}
