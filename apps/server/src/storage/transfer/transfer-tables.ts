/**
 * What is transferred between two databases: each table with its columns and its primary key, in whose order its
 * rows are read. Positions that one database keeps in its own way are the same here: a journal has a head, and
 * its rows are those that no snapshot covers.
 */
import type { Tables } from '../tables.ts';

type ColumnKind = 'text' | 'integer' | 'bytes';

export interface TransferTable {
  readonly name: TransferredName;
  readonly columns: Readonly<Record<string, ColumnKind>>;
  readonly key: readonly string[];
}

/** `run` is of one process, `recent` is a part of `update`, and what is searched, and the links, are derived (SE6). */
type TransferredName = Exclude<
  keyof Tables,
  'run' | 'recent' | 'search_part' | 'search_document' | 'document_link'
>;

/** Every column of the table, so that a new one is not forgotten. */
type ColumnsOf<T extends TransferredName> = T extends 'journal'
  ? Exclude<keyof Tables['journal'], 'settled'> | 'head'
  : keyof Tables[T];

type Definitions = {
  readonly [T in TransferredName]: {
    readonly columns: Readonly<Record<ColumnsOf<T> & string, ColumnKind>>;
    readonly key: readonly (ColumnsOf<T> & string)[];
  };
};

const DEFINITIONS: Definitions = {
  user: {
    columns: {
      id: 'text',
      name: 'text',
      folded_name: 'text',
      color: 'integer',
      created_at: 'integer',
      registered_at: 'integer',
      is_administrator: 'integer',
      merged_into: 'text',
      offered_to: 'text',
      blocked_at: 'integer',
    },
    key: ['id'],
  },
  session: {
    columns: {
      id: 'text',
      user: 'text',
      created_at: 'integer',
      expires_at: 'integer',
      used_at: 'integer',
      confirmed_at: 'integer',
      agent: 'text',
    },
    key: ['id'],
  },
  identity: {
    columns: {
      issuer: 'text',
      subject: 'text',
      user: 'text',
      credential: 'text',
      created_at: 'integer',
      verified_at: 'integer',
      verified_address: 'text',
    },
    key: ['issuer', 'subject'],
  },
  removed_identity: {
    columns: { issuer: 'text', subject: 'text', user: 'text' },
    key: ['issuer', 'subject', 'user'],
  },
  one_time: {
    columns: {
      token_hash: 'text',
      purpose: 'text',
      subject: 'text',
      created_at: 'integer',
      expires_at: 'integer',
    },
    key: ['token_hash'],
  },
  api_token: {
    columns: {
      id: 'text',
      user: 'text',
      name: 'text',
      beginning: 'text',
      scopes: 'text',
      created_at: 'integer',
      expires_at: 'integer',
      used_at: 'integer',
    },
    key: ['id'],
  },
  // With their secrets: receivers have them already, and would refuse what another one signs.
  webhook: {
    columns: {
      id: 'text',
      user: 'text',
      name: 'text',
      url: 'text',
      events: 'text',
      document: 'text',
      secret: 'text',
      state: 'text',
      created_at: 'integer',
      last_at: 'integer',
      last_result: 'text',
      failures: 'integer',
      failing_since: 'integer',
      next_at: 'integer',
      dropped: 'integer',
    },
    key: ['id'],
  },
  webhook_delivery: {
    columns: {
      webhook: 'text',
      event: 'text',
      type: 'text',
      document: 'text',
      actor: 'text',
      at: 'integer',
    },
    key: ['webhook', 'event'],
  },
  passkey: {
    columns: {
      id: 'text',
      user: 'text',
      host: 'text',
      public_key: 'text',
      counter: 'integer',
      transports: 'text',
      name: 'text',
      created_at: 'integer',
      used_at: 'integer',
    },
    key: ['id'],
  },
  setting: {
    columns: { name: 'text', value: 'text' },
    key: ['name'],
  },
  audit: {
    columns: {
      number: 'integer',
      at: 'integer',
      actor: 'text',
      action: 'text',
      document: 'text',
      person: 'text',
      network: 'text',
      detail: 'text',
    },
    key: ['number'],
  },
  document: {
    columns: {
      id: 'text',
      kind: 'text',
      title: 'text',
      owner: 'text',
      link_access: 'text',
      parent: 'text',
      position: 'text',
      is_restricted: 'integer',
      excerpt: 'text',
      folded_title: 'text',
      folded_excerpt: 'text',
      created_at: 'integer',
      updated_at: 'integer',
      template_at: 'integer',
      trashed_at: 'integer',
      trashed_with: 'text',
      purged_at: 'integer',
    },
    key: ['id'],
  },
  document_ancestor: {
    columns: { document: 'text', ancestor: 'text', depth: 'integer', inherits: 'integer' },
    key: ['document', 'ancestor'],
  },
  visit: {
    columns: {
      user: 'text',
      document: 'text',
      opened_at: 'integer',
      chat_read: 'integer',
      comments_read: 'integer',
      favourite_at: 'integer',
      follows: 'text',
    },
    key: ['user', 'document'],
  },
  member: {
    columns: { document: 'text', user: 'text', role: 'text', own_role: 'text' },
    key: ['document', 'user'],
  },
  former_listing: {
    columns: { document: 'text', user: 'text' },
    key: ['document', 'user'],
  },
  person_group: {
    columns: {
      id: 'text',
      name: 'text',
      folded_name: 'text',
      created_at: 'integer',
      ended_at: 'integer',
    },
    key: ['id'],
  },
  group_member: { columns: { group_id: 'text', user: 'text' }, key: ['group_id', 'user'] },
  group_role: {
    columns: { document: 'text', group_id: 'text', role: 'text', at: 'integer' },
    key: ['document', 'group_id'],
  },
  command: {
    columns: { id: 'text', user: 'text', result: 'text', at: 'integer' },
    key: ['id', 'user'],
  },
  event: {
    columns: { channel: 'text', offset: 'integer', data: 'text', at: 'integer' },
    key: ['channel', 'offset'],
  },
  message: {
    columns: {
      document: 'text',
      channel: 'text',
      number: 'integer',
      id: 'text',
      thread: 'text',
      author: 'text',
      text: 'text',
      mentions: 'text',
      reply_to: 'text',
      at: 'integer',
      edited_at: 'integer',
      deleted_at: 'integer',
      imported: 'text',
    },
    key: ['document', 'channel', 'number'],
  },
  participant: {
    columns: { user: 'text', document: 'text', channel: 'text' },
    key: ['user', 'document', 'channel'],
  },
  comment_thread: {
    columns: {
      document: 'text',
      id: 'text',
      anchor: 'text',
      resolved_by: 'text',
      resolved_at: 'integer',
      resolved_imported: 'text',
      imported_by: 'text',
    },
    key: ['document', 'id'],
  },
  notification: {
    columns: {
      user: 'text',
      id: 'text',
      kind: 'text',
      document: 'text',
      cause: 'text',
      channel: 'text',
      number: 'integer',
      thread: 'text',
      actor: 'text',
      at: 'integer',
      read_at: 'integer',
    },
    key: ['user', 'id'],
  },
  digest: {
    columns: { user: 'text', frequency: 'text', mark: 'text', sent_at: 'integer' },
    key: ['user'],
  },
  access_request: {
    columns: {
      document: 'text',
      user: 'text',
      message: 'text',
      at: 'integer',
      declined_at: 'integer',
    },
    key: ['document', 'user'],
  },
  link_terms: {
    columns: { document: 'text', expires_at: 'integer', is_over: 'integer', password: 'text' },
    key: ['document'],
  },
  link_entry: {
    columns: { document: 'text', user: 'text', at: 'integer' },
    key: ['document', 'user'],
  },
  publication: {
    columns: {
      document: 'text',
      id: 'text',
      published_by: 'text',
      is_indexed: 'integer',
      created_at: 'integer',
    },
    key: ['document'],
  },
  invited_address: {
    columns: {
      document: 'text',
      address: 'text',
      role: 'text',
      invited_by: 'text',
      at: 'integer',
      expires_at: 'integer',
    },
    key: ['document', 'address'],
  },
  reaction: {
    columns: {
      order: 'integer',
      document: 'text',
      message: 'text',
      emoji: 'text',
      place: 'integer',
      user: 'text',
    },
    key: ['order'],
  },
  file: {
    columns: {
      key: 'text',
      document: 'text',
      id: 'text',
      state: 'text',
      name: 'text',
      size: 'integer',
      hash: 'text',
      type: 'text',
      width: 'integer',
      height: 'integer',
      created_by: 'text',
      created_at: 'integer',
      unreferenced_at: 'integer',
    },
    key: ['key'],
  },
  timeline: {
    columns: { number: 'integer', id: 'text', began_at: 'integer' },
    key: ['number'],
  },
  job: {
    columns: {
      id: 'text',
      kind: 'text',
      key: 'text',
      input: 'text',
      due_at: 'integer',
      lease: 'text',
      again_at: 'integer',
      interval_ms: 'integer',
      attempts: 'integer',
      failures: 'integer',
      failed_at: 'integer',
      error: 'text',
    },
    key: ['id'],
  },
  journal: {
    columns: {
      document: 'text',
      epoch: 'text',
      kind: 'text',
      head: 'integer',
      snapshot_offset: 'integer',
    },
    key: ['document'],
  },
  snapshot: {
    columns: { document: 'text', data: 'bytes' },
    key: ['document'],
  },
  update: {
    columns: { document: 'text', offset: 'integer', data: 'bytes', user: 'text', at: 'integer' },
    key: ['document', 'offset'],
  },
  client: {
    columns: { document: 'text', client: 'integer', user: 'text' },
    key: ['document', 'client'],
  },
  history: {
    columns: {
      document: 'text',
      to_offset: 'integer',
      from_offset: 'integer',
      ended_at: 'integer',
      bytes: 'integer',
      sessions: 'text',
      thinned_at: 'integer',
      data: 'bytes',
      checkpoint: 'bytes',
    },
    key: ['document', 'to_offset'],
  },
  named_version: {
    columns: {
      document: 'text',
      id: 'text',
      offset: 'integer',
      title: 'text',
      user: 'text',
      at: 'integer',
    },
    key: ['document', 'id'],
  },
};

export const TRANSFER_TABLES: readonly TransferTable[] = Object.entries(DEFINITIONS).map(
  ([name, definition]) => ({ name: name as TransferredName, ...definition }),
);

/** Tables whose rows are numbered in the order of their insertion. */
export const NUMBERED = { timeline: 'number', reaction: 'order', audit: 'number' } as const;
