/** The outcomes of handlers: done, or a permanent refusal with a sentence for the user. */
import { errorOf } from '@tandem/protocol';
import type { Outcome } from '../handler.ts';

export type Refused = Extract<Outcome, { kind: 'refused' }>;

export const DONE: Outcome = { kind: 'done' };

const FORBIDDEN = {
  'only-editors-rename': 'You may read this document but not rename it. Ask its owner.',
  'not-your-template':
    'Only the owner of a document may make it a template. You can save a copy of it as your own template.',
  'only-pages-are-templates': 'Only a page of text can be a template.',
  'viewers-do-not-chat': 'You may read this chat but not write in it. Ask the document’s owner.',
  'viewers-do-not-comment': 'You may read this document but not comment on it. Ask its owner.',
  'only-editors-reanchor': 'You may not change what a comment is about.',
  'only-owners-import': 'Only the owner of a document may import comments or messages into it.',
  'has-comments':
    'People have commented in this document, or resolved a comment. Import the file again, into a new document.',
  'has-messages': 'People have written in this chat. Import the file again, into a new document.',
  'imports-mention-nobody': 'Imported messages mention nobody.',
  'imported-stays':
    'An imported message keeps the words of the person who wrote it. Reply to it, or delete it.',
  'too-many-comments':
    'This document has reached the limit of comments. Delete some that nobody needs any more.',
  'not-your-link': 'Only the owner of a document may change what its link allows.',
  'not-your-publication': 'Only the owner of a document may publish it on the web, or take it off.',
  'no-public-pages':
    'Documents on this server cannot be published on the web. Ask the person who runs it, or share the link.',
  'no-page': 'This document has the data of another program, and cannot be shown as a page.',
  'publish-account-first':
    'Documents are published by people with an account. Create an account first, then publish this one.',
  'too-many-publications':
    'You have reached the limit of documents on the web. Unpublish one that nobody needs any more, then publish this one.',
  'not-published': 'This document is not on the web any more. Publish it first.',
  'not-your-members': 'Only the owner of a document may change what others may do in it.',
  'link-over': 'The link cannot end in the past. Choose a later day, or turn the link off.',
  'no-link': 'The link of this document is off. Turn it on first.',
  'link-password-changed':
    'The password was changed a moment ago. Ask the person who sent you the link for the new one.',
  'too-many-entered':
    'Many people use this link already. Ask the owner of the document for a role.',
  'nothing-around': 'This document is not inside another one, so that it inherits nothing.',
  'owner-stays': 'The owner of a document may always do everything in it.',
  'too-many-members':
    'This document has reached the limit of invited people. Share the link instead.',
  'invite-account-first':
    'Only people with an account add others by their address. Create an account first, or send the link.',
  'too-many-invited':
    'Many addresses that you have added wait for their people. Withdraw some first, or send the link.',
  'too-many-groups':
    'This server has as many groups as it may have. Delete one that nobody needs any more.',
  'group-of-accounts':
    'Only people with an account can be in a group. Ask them to create one first.',
  'group-full': 'This group has 100 people, which is as many as it may have. Make another group.',
  'too-many-groups-here':
    'This document is shared with 10 groups, which is as many as it may be. Take one out first.',
  'group-in-many':
    'This group has roles in 100 documents, which is as many as it may have. Put documents inside each other, and share the outermost one.',
  'too-many-requests':
    'You have asked for access to many documents today. Ask again tomorrow, or ask the person who sent you the link.',
  'request-over':
    'This request is over: it was answered already. Change access in the share dialog.',
  'not-your-message': 'You may change only what you wrote yourself.',
  'not-yours-to-delete': 'Only its author and the document’s owner may delete a message.',
  'too-many-reactions': 'This message has reached the reaction limit.',
  'too-many-comment-reactions':
    'The comments of this document have reached the limit of reactions. Take some back first.',
  'in-trash': 'This document is in the trash. Restore it first.',
  'not-in-trash': 'Only a document in the trash can be restored or deleted for good.',
  'not-yours-to-trash':
    'Only the owner of a document may move it to the trash. You can remove it from your list.',
  'restore-around':
    'Another person created this document, and the one around it is in the trash. Restore that one first.',
  'viewers-do-not-move': 'You may read this document but not move it. Ask its owner.',
  'not-into-there': 'You may read this document but not put another one into it. Ask its owner.',
  'not-out-of-there':
    'You may read this document but not take another one out of it. Ask its owner.',
  'not-into-itself': 'A document cannot be moved into itself, or into one that is inside it.',
  'too-deep': 'Documents can be inside each other up to 32 levels deep. Choose a place further up.',
  'too-many-inside':
    'A document can have up to 2,000 others inside it, with those in the trash. Choose another place.',
  'move-changes-access':
    'Other people may open this document there. Only its owner may move it to such a place.',
  'only-editors-name-versions':
    'You may read this document but not name its versions. Ask its owner.',
  'moment-joined':
    'This moment is not kept by itself any more. Open the history again, and name one that it shows.',
  'too-many-versions':
    'This document has as many named versions as it may have. Delete one of them first.',
  'address-taken':
    'You cannot sign up with this e-mail address. If you have an account with it, sign in instead.',
  'registration-closed': 'This server takes no new accounts. Ask the person who runs it.',
  'invitation-needed':
    'New accounts on this server need an invitation. Ask the person who runs it for a link.',
  'invitation-over': 'This invitation was used already, or it has expired. Ask for another one.',
  'not-an-administrator': 'Only administrators of this server may do this.',
  blocked:
    'An administrator of this server has blocked this account. Nothing is deleted. Ask the person who runs the server.',
  'not-yourself': 'You cannot do this to your own account. Ask another administrator.',
  'account-needed': 'This person is a guest, without an account. Sign them out instead.',
  'administrator-first':
    'This person is an administrator. Take that role away first, and then block the account.',
  'only-passkeys':
    'This person signs in with passkeys only, and could not sign in any more. Block the account instead.',
  'blocked-first': 'This account is blocked. Unblock it first.',
  'last-administrator':
    'This is the only administrator. Make another person one first, so that somebody can still run this server.',
  'too-many-invitations': 'There are many open invitations. Withdraw some first.',
  'last-way-in':
    'Nobody could sign in any more. Create an account first, then require people to sign in.',
  'identity-taken': 'Somebody else signs in with this. Use another one.',
  'reset-over':
    'This link was used already, or it is older than eight hours. Ask for another one to set a new password.',
  'too-many-mails':
    'Several mails with a link were sent already, and their links still work. Look for them, also in the spam folder.',
  'verification-over':
    'This link was used already, is older than a day, or is for another account. Sign in to the account that it was sent for, and open it again.',
  'identity-removed':
    'This is no longer a way into that account. Sign in in another way, and connect it again.',
  'too-many-identities':
    'Your account has as many ways to sign in as it may have. Remove one first.',
  'administrators-only': 'Only administrators of this server may do this.',
  'confirm-first':
    'Show first that it is you: enter your password, use a passkey, or sign in again. Nothing was changed.',
  'account-first': 'API tokens are for people with an account. Create an account first.',
  'too-many-tokens':
    'You have reached the limit of API tokens. Revoke one that no program uses any more, then create this one.',
  'webhook-account-first': 'Webhooks are for people with an account. Create an account first.',
  'too-many-webhooks':
    'You have reached the limit of webhooks. Remove one that no program needs any more, then create this one.',
  'webhook-off': 'This webhook is switched off. Resume it, then send a test.',
  'test-waits': 'A test is on its way already. Wait for its result.',
  'account-for-passkeys': 'Passkeys are for people with an account. Create an account first.',
  'too-many-passkeys':
    'You have reached the limit of passkeys. Remove one that you do not use any more, then add another one.',
  'passkey-taken': 'This passkey was added already. Use it to sign in, or make another one.',
  'passkey-removed':
    'This passkey was removed a moment ago. Use another one, or sign in another way.',
  'passkey-copied':
    'This passkey does not fit its last use, as if somebody had a copy of it. Nothing was changed. Sign in another way, and remove it from your account.',
  'last-way-of-person': 'This is your only way to sign in, so it stays. Add another one first.',
  'password-stays': 'A password can be changed, but not removed.',
  'has-account': 'You already have an account.',
  'no-address':
    'Your account has no e-mail address, so nothing is mailed to you. Nothing was changed.',
  'no-password': 'Your account has no password.',
  'password-changed': 'The password was changed a moment ago. Use the new one.',
  'no-guest': 'There is nothing left to take over.',
  'id-taken': 'Another message has the same id. Send this one again.',
} as const;

export type ForbiddenReason = keyof typeof FORBIDDEN;

export function forbidden(why: ForbiddenReason): Refused {
  return { kind: 'refused', error: errorOf('forbidden', { detail: FORBIDDEN[why] }) };
}

const NOT_FOUND = {
  document: {},
  person: { detail: 'This person no longer exists.' },
  group: { detail: 'This group no longer exists, or you are not in it.' },
  message: { detail: 'This message no longer exists.' },
  thread: { detail: 'This comment no longer exists.' },
  identity: { detail: 'This way to sign in was removed already.' },
  webhook: { detail: 'This webhook was removed already.' },
  passkey: { detail: 'This passkey was removed already.' },
  // Not forbidden: the same answer may have come twice, and counted once.
  challenge: {
    detail:
      'This took too long, or was done already. Nothing is lost. Look whether it is done, and try again if it is not.',
  },
  version: { detail: 'This named version no longer exists.' },
  publication: { detail: 'No page is on the web at this address.' },
} as const;

export function notFound(what: keyof typeof NOT_FOUND): Refused {
  return { kind: 'refused', error: errorOf('not-found', NOT_FOUND[what]) };
}
