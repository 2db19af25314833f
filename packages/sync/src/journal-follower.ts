/**
 * Keeps one document up with the rows that other servers commit. The bus delivers these rows late,
 * repeatedly, in any order or never; the journal is read where that is not enough. Its owner reads the
 * journal and waits, as `need` says.
 */
import type { Authority } from './authority.ts';
import { MAX_HELD_BYTES, MAX_HELD_MESSAGES } from './limits.ts';
import type { LaterRows } from './stored-document.ts';

/** `rows-soon`: read the journal if this is still so after 30 ms (CL12). */
export type FollowNeed = 'nothing' | 'rows-soon' | 'rows-now';

export interface FollowPosition {
  readonly epoch: string;
  readonly offset: number;
  readonly tail: string | null;
}

export class JournalFollower {
  readonly #authority: Authority;
  #held: LaterRows[] = [];
  #heldBytes = 0;
  #announcedHead = 0;
  #state: 'idle' | 'reading' = 'idle';
  #isReadWanted = false;
  /** Reads are counted: what waits for one waits for its number. */
  #begunReads = 0;
  #appliedReads = 0;
  /** Waits for the outcome of a batch. */
  #answer: { readonly later: LaterRows; readonly read: number } | null = null;

  constructor(authority: Authority) {
    this.#authority = authority;
  }

  get need(): FollowNeed {
    const { head, appending } = this.#authority;
    if (this.#state === 'reading' || appending === 'unresolved') return 'nothing';
    if (appending === 'conflicted' || this.#isReadWanted) return 'rows-now';
    return this.#held.length > 0 || this.#announcedHead > head ? 'rows-soon' : 'nothing';
  }

  /** @throws DamagedDocument, here and in `resolve` and `answer`. Discard the authority then. */
  receive(later: LaterRows): void {
    this.#held.push(later);
    this.#apply();
    if (this.#held.length <= MAX_HELD_MESSAGES && this.#heldBytes <= MAX_HELD_BYTES) return;
    for (const { base, rows } of this.#held) this.announce(base + rows.length);
    this.#held = [];
  }

  announce(head: number): void {
    this.#announcedHead = Math.max(this.#announcedHead, head);
  }

  /** @returns the number of a read that begins after this call. */
  request(): number {
    this.#isReadWanted = true;
    return this.#begunReads + 1;
  }

  isApplied(read: number): boolean {
    return this.#appliedReads >= read;
  }

  /** Call it after each outcome of a batch. */
  resolve(): void {
    this.#apply();
  }

  /** @returns from where to read. */
  begin(): FollowPosition {
    const { epoch, head: offset, tail } = this.#authority;
    this.#state = 'reading';
    this.#isReadWanted = false;
    this.#announcedHead = 0;
    this.#begunReads++;
    return { epoch, offset, tail };
  }

  /** @param later null when the journal no longer has these rows, or has others (CL2) */
  answer(later: LaterRows | null): 'followed' | 'lost' {
    this.#state = 'idle';
    if (later === null) return 'lost';
    this.#answer = { later, read: this.#begunReads };
    this.#apply();
    // The journal has nothing that explains the conflict.
    return this.#answer === null && this.#authority.appending === 'conflicted'
      ? 'lost'
      : 'followed';
  }

  fail(): void {
    this.#state = 'idle';
    this.#isReadWanted = true;
  }

  #apply(): void {
    if (this.#answer !== null) {
      const { later, read } = this.#answer;
      if (this.#authority.follow(later) === 'unresolved') return;
      this.#appliedReads = read;
      this.#answer = null;
    }
    const held = this.#held.toSorted((one, other) => one.base - other.base);
    this.#held = held.filter((later) => this.#isAhead(later));
    this.#heldBytes = this.#held.reduce((sum, later) => sum + bytesOf(later), 0);
  }

  #isAhead(later: LaterRows): boolean {
    const outcome = this.#authority.follow(later);
    if (outcome === 'unresolved') return true;
    if (outcome !== 'gap') return false;
    if (later.base > this.#authority.head) return true;
    // It follows another batch than the last one, so the journal has to say what is true.
    this.#isReadWanted = true;
    return false;
  }
}

function bytesOf({ rows }: LaterRows): number {
  return rows.reduce((sum, { update }) => sum + update.byteLength, 0);
}
