/** What follows from a committed command beside its events; plain data, from the worker to the gateway. */

export type Effect =
  /** Somebody may do more or less in the document than before. */
  | { readonly kind: 'access-changed'; readonly document: string }
  | { readonly kind: 'renamed'; readonly document: string; readonly title: string }
  /** Somebody has another name or colour. */
  | { readonly kind: 'profile-changed'; readonly user: string }
  /** A document is on a person's list now. */
  | { readonly kind: 'listed'; readonly document: string; readonly user: string }
  | { readonly kind: 'unlisted'; readonly document: string; readonly user: string }
  /** The number of the newest chat message. */
  | { readonly kind: 'chat'; readonly document: string; readonly head: number }
  /** A chat message is gone, and does not count as new. */
  | { readonly kind: 'chat-deleted'; readonly document: string; readonly number: number };
