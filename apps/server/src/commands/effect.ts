/** Effects of committed commands besides their events: plain data from the worker to the main thread. */

export type Effect =
  /** A user's role in the document may have changed. */
  | { readonly kind: 'access-changed'; readonly document: string }
  | { readonly kind: 'renamed'; readonly document: string; readonly title: string }
  | { readonly kind: 'profile-changed'; readonly user: string }
  /** A document was added to a user's list. */
  | { readonly kind: 'listed'; readonly document: string; readonly user: string }
  | { readonly kind: 'unlisted'; readonly document: string; readonly user: string }
  /** `head`: the number of the newest chat message. */
  | { readonly kind: 'chat'; readonly document: string; readonly head: number }
  /** A deleted message no longer counts as unread. */
  | { readonly kind: 'chat-deleted'; readonly document: string; readonly number: number };
