/** The port through which commands are executed. */
import type {
  ChannelName,
  ChannelPosition,
  Command,
  CommandInput,
  CommandName,
  ErrorBody,
  MemberRole,
} from '@tandem/protocol';
import type { DigestFrequency, ServerSettingsPatch } from '@tandem/protocol/accounts';
import type { ApiScope } from '@tandem/protocol/api-tokens';
import type { WebhookEvent } from '@tandem/protocol/webhooks';
import type { IdentityKey } from '../storage/identities.ts';
import type { SealedToken } from '../storage/one-time-tokens.ts';
import type { NewPasskey } from '../storage/passkeys.ts';
import type { CommittedEvents } from '../storage/command-store.ts';

/** A session that begins with a sign-in, in the place of the browser's earlier one. */
export interface SessionStart {
  readonly id: string;
  readonly agent: string;
  /** From where, as far as the audit log keeps it (AU5). */
  readonly network: string | null;
  readonly replaces: string | null;
  /** When the person has shown who they are, if that was before: a provider may know the browser (AC23). */
  readonly confirmedAt?: number;
}

/** Who gives a command of administrators. Whether they still are one is looked up in its transaction (AD7). */
export interface ActingAdministrator {
  /** By the setting of the server, which the database does not know. */
  readonly isNamed: boolean;
  readonly session: string;
}

/** A passkey whose signature was verified, and what its authenticator has counted. */
export interface ShownPasskey {
  readonly id: string;
  readonly counter: number;
  /** What it has signed; used up with the command. */
  readonly challenge: SealedToken;
}

interface OwnInputs {
  /** Makes an account of a guest. */
  'account:sign-up': {
    readonly identity: IdentityKey & {
      /** The hash of an address's password. */
      readonly credential: string | null;
      /** That the provider has verified (IA2). */
      readonly verifiedAddress?: string | null;
    };
    readonly session: SessionStart;
    /** For a browser without a session, whose user is created with the account. */
    readonly profile: { readonly name: string; readonly color: number } | null;
    /** The digest of an invitation's token. */
    readonly invitation: string | null;
  };
  'account:sign-in': {
    readonly session: SessionStart;
    /** The user of the earlier session, when it was a guest of this browser. */
    readonly guest: string | null;
    /** With which the person has signed in; a provider's is the account's since then. */
    readonly identity: IdentityKey & {
      /** The hash that the password was found to match, which is still to be the stored one; null for a provider. */
      readonly credential: string | null;
      /** The address that the provider has verified. It leads into the account where it was verified here, too (AC17). */
      readonly verifiedEmail: string | null;
    };
  };
  /** Ends all other sessions. */
  'account:change-password': {
    readonly passwordHash: string;
    /** The hash that the current password was found to match. */
    readonly verifiedHash: string;
    readonly session: string;
    readonly removesPasskeys: boolean;
  };
  /** Mails a link to the person of this address, if there is one. */
  'account:request-reset': { readonly email: string };
  /** Uses the link up, ends all sessions, and removes all passkeys. */
  'account:reset-password': { readonly tokenHash: string; readonly passwordHash: string };
  /** Mails a link to the address of the account. */
  'account:request-verification': Readonly<Record<never, never>>;
  /** How often its person is mailed (DG5). */
  'account:choose-mails': { readonly frequency: DigestFrequency };
  'account:verify': { readonly tokenHash: string };
  'account:end-sessions': { readonly only: string } | { readonly except: string };
  /** Takes over what a guest has who signed in to this account, or leaves it. */
  'account:merge-guest': { readonly guest: string; readonly take: boolean };
  /** The person of the session has shown again who they are. */
  'account:confirm': { readonly session: string; readonly verifiedHash: string };
  /** Adds a way to sign in to the user's account. */
  'account:link': {
    readonly identity: IdentityKey & { readonly verifiedAddress?: string | null };
  };
  /** Removes one, an identity of a provider or a passkey, and ends all other sessions. */
  'account:unlink': {
    readonly identity: IdentityKey;
    /** Another way, which has to be there still. */
    readonly keeps: IdentityKey;
    readonly session: string;
  };
  'passkey:add': {
    readonly passkey: NewPasskey;
    readonly name: string;
    /** Is given to sessions only whose person has shown who they are (AC23). */
    readonly challenge: SealedToken;
  };
  'passkey:rename': { readonly id: string; readonly name: string };
  'passkey:sign-in': {
    readonly session: SessionStart;
    /** The user of the earlier session, when it was a guest of this browser. */
    readonly guest: string | null;
    readonly passkey: ShownPasskey;
  };
  /** The person of the session has shown again who they are. */
  'passkey:confirm': { readonly session: string; readonly passkey: ShownPasskey };
  'account:create-token': {
    /** The digest of the token. */
    readonly id: string;
    readonly name: string;
    readonly beginning: string;
    readonly scopes: readonly ApiScope[];
    /** Null: until it is ended. */
    readonly days: number | null;
    readonly session: string;
  };
  'account:end-token': { readonly id: string };
  'webhook:create': {
    readonly id: string;
    readonly name: string;
    readonly url: string;
    readonly events: readonly WebhookEvent[];
    /** Null: all that its person may read. */
    readonly about: string | null;
    readonly secret: string;
    readonly session: string;
  };
  'webhook:rotate': { readonly id: string; readonly secret: string; readonly session: string };
  'webhook:pause': { readonly id: string };
  'webhook:resume': { readonly id: string; readonly session: string };
  'webhook:test': { readonly id: string; readonly event: string };
  'webhook:end': { readonly id: string };
  'account:invite': { readonly tokenHash: string; readonly by: ActingAdministrator };
  'account:end-invitation': { readonly tokenHash: string; readonly by: ActingAdministrator };
  'settings:change': ServerSettingsPatch & { readonly by: ActingAdministrator };
  'person:administer': {
    readonly person: string;
    readonly isAdministrator: boolean;
    readonly by: ActingAdministrator;
  };
  'person:block': {
    readonly person: string;
    readonly isBlocked: boolean;
    readonly by: ActingAdministrator;
  };
  /** Takes a page off the web, as an administrator. */
  'publication:take-down': { readonly publication: string; readonly by: ActingAdministrator };
  /**
   * Ends all of them, as an administrator.
   *
   * @param keeps how the person still signs in, for one whose passkeys are removed; null for one who could not (AD3).
   */
  'person:end-sessions': {
    readonly person: string;
    readonly removesPasskeys: boolean;
    readonly keeps: IdentityKey | null;
    readonly by: ActingAdministrator;
  };
  /** Purges the document if it has been in the trash since before `before`, as its owner. */
  'document:expire': { readonly document: string; readonly before: number };
  /** Null: the link needs none. */
  'link:protect': { readonly document: string; readonly passwordHash: string | null };
  /** The hash that a person's password matches. */
  'link:enter': { readonly document: string; readonly verifiedHash: string };
  /** Gives a role to the person who has the address, once they open the document. */
  'address:invite': {
    readonly document: string;
    readonly address: string;
    readonly role: MemberRole;
    /** Whether the server can mail the address. */
    readonly isMailed: boolean;
  };
  'address:withdraw': { readonly document: string; readonly address: string };
  /** Makes what was given to the user's verified addresses in this document their own role. */
  'address:claim': {
    readonly document: string;
    /** Of the providers that the server has. */
    readonly issuers: readonly string[];
  };
  /** Makes a group (GR1). Its id is the author's, so that a repeat makes no second one. */
  'group:create': {
    readonly group: string;
    readonly name: string;
    readonly by: ActingAdministrator;
  };
  'group:rename': {
    readonly group: string;
    readonly name: string;
    readonly by: ActingAdministrator;
  };
  /** Its roles end by a job (GR7). */
  'group:delete': { readonly group: string; readonly by: ActingAdministrator };
  'group:join': {
    readonly group: string;
    readonly person: string;
    readonly by: ActingAdministrator;
  };
  'group:leave': {
    readonly group: string;
    readonly person: string;
    readonly by: ActingAdministrator;
  };
  /** Null takes the role away. */
  'group:share': {
    readonly document: string;
    readonly group: string;
    readonly role: MemberRole | null;
    /** The author is an administrator by the setting of the server. */
    readonly isNamed: boolean;
  };
  /** Ends what a document gives to a group that is being deleted. Given by the server. */
  'group:end-role': { readonly document: string; readonly group: string };
  /** Deletes a group whose roles have ended. Given by the server. */
  'group:finish-deletion': { readonly group: string };
  /** Ends a link whose time is over. */
  'link:expire': { readonly document: string };
  'document:visit': {
    readonly visits: readonly { readonly user: string; readonly document: string }[];
  };
}

type OwnName = keyof OwnInputs;

export type ServerCommandName = CommandName | OwnName;

export type ServerCommandInput<N extends ServerCommandName> = N extends CommandName
  ? CommandInput<N>
  : OwnInputs[Extract<N, OwnName>];

export type ServerCommand =
  | Command
  | {
      [N in OwnName]: { readonly id: string; readonly name: N; readonly input: OwnInputs[N] };
    }[OwnName];

/** A command without its id. */
export type ServerCall = ServerCommand extends infer C
  ? C extends ServerCommand
    ? Omit<C, 'id'>
    : never
  : never;

export interface CommandRequest {
  readonly user: string;
  /** Of a request, or its API token: it has to stand when the command is executed (AC21). Connections close with their session instead. */
  readonly session?: string;
  readonly command: ServerCommand;
}

export type CommandAnswer =
  | {
      readonly kind: 'done';
      /** The command had been executed before; the positions are the original ones. */
      readonly repeated: boolean;
      /** The command's last positions in channels that its author may see, the first `MAX_DONE_POSITIONS`. */
      readonly positions: readonly (ChannelPosition & { readonly name: ChannelName })[];
      /** How many it has published; none when it is repeated. */
      readonly events: number;
    }
  | { readonly kind: 'refused'; readonly error: ErrorBody };

export type Effect =
  | { readonly kind: 'access-changed'; readonly document: string }
  | { readonly kind: 'renamed'; readonly document: string; readonly title: string }
  | { readonly kind: 'profile-changed'; readonly user: string }
  | { readonly kind: 'listed'; readonly document: string; readonly user: string }
  | { readonly kind: 'unlisted'; readonly document: string; readonly user: string }
  | {
      readonly kind: 'chat';
      readonly document: string;
      readonly head: number;
      readonly isImported: boolean;
    }
  | { readonly kind: 'chat-deleted'; readonly document: string; readonly number: number }
  | { readonly kind: 'jobs-enqueued' }
  | { readonly kind: 'session-ended'; readonly user: string; readonly session: string }
  | { readonly kind: 'administrators-changed' }
  | { readonly kind: 'settings-changed' }
  /** Client ids in the text of a document belong to another user. */
  | { readonly kind: 'clients-merged'; readonly document: string }
  | {
      readonly kind: 'excerpt-changed';
      readonly document: string;
      readonly excerpt: string;
      readonly at: number;
    };

export interface CommittedBatch {
  /** The number of its entry in the cluster's log; null where there is no log, or no entry. */
  readonly entry: number | null;
  readonly events: readonly CommittedEvents[];
  readonly effects: readonly Effect[];
  readonly tookMs: number | null;
}

export interface CommandRunner extends AsyncDisposable {
  /**
   * Executes a command once, however often a client sends it, in the order of the calls. Resolves when the
   * command is on disk, after `onCommitted` received its batch; never rejects.
   */
  run(request: CommandRequest): Promise<CommandAnswer>;
  readonly storageError: ErrorBody | null;
  onStorageChanged(listener: (error: ErrorBody | null) => void): void;
  /** Sets the one listener; called in commit order. */
  onCommitted(listener: (batch: CommittedBatch) => void): void;
  /**
   * Sets the one listener for a lost worker: some of the unanswered commands may have been committed
   * without a call of `onCommitted`.
   */
  onLost(listener: (unanswered: readonly CommandRequest[]) => void): void;
}
