/** A document in memory, with its subscriptions. */
import {
  describeRoots,
  excerpt,
  referencedFiles,
  searchableText,
  type DocumentLink,
  type TreeEntry,
} from '@tandem/document';
import { fitText, MAX_EXCERPT_LENGTH, toStorable, type DocumentKind } from '@tandem/protocol';
import {
  Authority,
  JournalFollower,
  type AuthorityRules,
  type Batch,
  type StoredDocument,
} from '@tandem/sync';
import * as Y from 'yjs';
import type { WorkerProgress } from '../runtime/worker-progress.ts';
import type { JournalInit } from '../storage/journal/journal.ts';
import { CompactionPlan } from './compaction-plan.ts';
import { LINKS, SEARCH } from '../storage/limits.ts';
import { COMPACTION, WORK_BUDGET } from './limits.ts';
import type { CreateRequest, DocumentView, EngineNotice } from './port.ts';

const MIB = 1024 * 1024;

export type DocumentRules = Omit<AuthorityRules, 'onRebuild'>;

export class LoadedDocument {
  readonly kind = 'loaded';
  readonly authority: Authority;
  readonly follower: JournalFollower;
  readonly compaction = new CompactionPlan();
  viewers: number[] = [];
  idleSinceMs: number;
  writtenAtMs = Number.NEGATIVE_INFINITY;
  readonly #documentKind: DocumentKind;
  readonly #progress: WorkerProgress;
  readonly #storedBytes: number;

  /** @throws DamagedDocument */
  constructor(
    stored: StoredDocument,
    options: {
      readonly progress: WorkerProgress;
      readonly rules: DocumentRules;
      readonly nowMs: number;
    },
  ) {
    this.#documentKind = stored.kind;
    this.idleSinceMs = options.nowMs;
    this.#progress = options.progress;
    this.#storedBytes = storedBytes(stored);
    this.authority = Authority.load(stored, {
      ...options.rules,
      // A rebuild within one piece of work takes as long as loading.
      onRebuild: () => this.#progress.extend(this.#budgetMs),
    });
    this.follower = new JournalFollower(this.authority);
    if (stored.rows.length <= COMPACTION.rowsAtLoad) return;
    // A snapshot in memory only: the compactor makes the journal's and compares it with its source.
    const snapshot = Y.encodeStateAsUpdate(this.authority.view());
    this.authority.compacted({ snapshot, snapshotOffset: this.authority.head });
    this.compaction.request();
  }

  get document(): string {
    return this.authority.document;
  }

  get isUnused(): boolean {
    return this.authority.size === 0 && this.authority.clean && !this.compaction.isRequested;
  }

  read<T>(work: () => T): T {
    const { document } = this;
    const budgetMs = this.#budgetMs;
    this.#progress.begin({ phase: 'read', document, subscription: 0, cseq: 0, budgetMs });
    try {
      return work();
    } finally {
      this.#progress.end();
    }
  }

  view(): DocumentView {
    return this.read(() => {
      const { epoch, head: offset } = this.authority;
      return { ...toView(this.authority.view(), this.#documentKind), epoch, offset };
    });
  }

  /** Tells other processes what a batch has appended. */
  appended({ document, epoch, id, base, tail, rows, owners }: Batch): EngineNotice {
    const later = {
      base,
      rows: rows.map(({ offset, update, user }) => ({ offset, update, user })),
      owners,
      tail: id,
      previousTail: tail,
      schema: this.authority.schema,
    };
    return { kind: 'appended', document, epoch, later };
  }

  get #budgetMs(): number {
    return documentBudgetMs(this.#storedBytes + this.authority.rowBytes);
  }
}

export function storedBytes({ snapshot, rows }: StoredDocument): number {
  return rows.reduce((sum, row) => sum + row.update.byteLength, snapshot?.byteLength ?? 0);
}

export function documentBudgetMs(bytes: number): number {
  return WORK_BUDGET.documentMs + (bytes / MIB) * WORK_BUDGET.documentMsPerMib;
}

/** The first row of a new document. Its author owns the Yjs client ids in it. */
export function toSeed({ update, user }: CreateRequest, at: number): JournalInit['seed'] {
  if (update === undefined) return undefined;
  const { from } = Y.parseUpdateMeta(update);
  return { update, user, at, owners: new Map([...from.keys()].map((client) => [client, user])) };
}

function toView(doc: Y.Doc, kind: DocumentKind): Omit<DocumentView, 'epoch' | 'offset'> {
  switch (kind) {
    case 'page': {
      const { parts, links } = searchableText(doc, {
        ...LINKS,
        maxChars: SEARCH.maxCharsPerDocument,
      });
      return {
        kind,
        excerpt: fitExcerpt(excerpt(doc, MAX_EXCERPT_LENGTH)),
        parts: parts.map(toStorable),
        links: links.map(toStorableLink),
        files: referencedFiles(doc),
      };
    }
    case 'data':
      return {
        kind,
        excerpt: fitExcerpt(rootNames(describeRoots(doc).entries)),
        parts: [],
        links: [],
        files: [],
      };
  }
}

function toStorableLink(link: DocumentLink): DocumentLink {
  return { ...link, excerpt: toStorable(link.excerpt) };
}

/** Document text may contain characters that rows and messages must not. */
function fitExcerpt(text: string): string {
  return fitText(text, { lines: 'one', maxLength: MAX_EXCERPT_LENGTH });
}

function rootNames(roots: readonly TreeEntry[]): string {
  const names = roots.map(({ name, size }) => `${name} (${size})`).join(', ');
  return names.length <= MAX_EXCERPT_LENGTH ? names : `${names.slice(0, MAX_EXCERPT_LENGTH - 1)}…`;
}
