import type { Call } from '@tandem/protocol';
import { addTexts, type Translate } from '../translation/translation.ts';
import { isolated } from '../languages/names.ts';
import words from '../languages/unconfirmed.en.json' with { type: 'json' };

addTexts(words);

export function commandDescription(call: Call, t: Translate): string {
  switch (call.name) {
    case 'document:create':
      return t('unconfirmed.did.create');
    case 'document:rename':
      return t('unconfirmed.did.rename', { title: isolated(call.input.title || t('untitled')) });
    case 'document:move':
      return t('unconfirmed.did.move');
    case 'document:favourite':
      return t('unconfirmed.did.favourite');
    case 'document:follow':
      return t('unconfirmed.did.follow');
    case 'document:template':
      return t('unconfirmed.did.template');
    case 'document:unlist':
      return t('unconfirmed.did.unlist');
    case 'document:trash':
      return t('unconfirmed.did.trash');
    case 'document:restore':
      return t('unconfirmed.did.restore');
    case 'document:purge':
      return t('unconfirmed.did.purge');
    case 'document:publish':
    case 'publication:change':
    case 'document:unpublish':
    case 'document:restrict':
    case 'link:change':
    case 'member:change':
    case 'member:remove':
    case 'access:answer':
      return t('unconfirmed.did.share');
    case 'access:request':
      return t('unconfirmed.did.request');
    case 'version:name':
    case 'version:rename':
      return t('unconfirmed.did.version', { title: isolated(call.input.title) });
    case 'version:delete':
      return t('unconfirmed.did.versionDeleted');
    case 'profile:change':
      return t('unconfirmed.did.profile');
    case 'chat:send':
      return t('unconfirmed.did.send', { text: call.input.text });
    case 'chat:edit':
      return t('unconfirmed.did.edit', { text: call.input.text });
    case 'chat:delete':
      return t('unconfirmed.did.delete');
    case 'chat:react':
      return t('unconfirmed.did.react', { emoji: call.input.emoji });
    case 'chat:see':
    case 'comments:see':
    case 'notification:see':
    case 'notification:see-all':
      return t('unconfirmed.did.see');
    case 'comment:start':
      return t('unconfirmed.did.comment', { text: call.input.text });
    case 'comment:reply':
      return t('unconfirmed.did.reply', { text: call.input.text });
    case 'comment:edit':
      return t('unconfirmed.did.editComment', { text: call.input.text });
    case 'comment:delete':
      return t('unconfirmed.did.deleteComment');
    case 'comment:react':
      return t('unconfirmed.did.react', { emoji: call.input.emoji });
    case 'comment:resolve':
      return t(call.input.on ? 'unconfirmed.did.resolve' : 'unconfirmed.did.reopen');
    case 'comment:reanchor':
      return t('unconfirmed.did.reanchor');
  }
}
