/** What is shown of notifications, but for their count: loaded once the page is idle. */
import words from '../languages/notifications.en.json' with { type: 'json' };
import { addTexts } from '../translation/translation.ts';

export { FollowChoice } from './follow-choice.tsx';
export { InboxHost } from './inbox-host.tsx';

addTexts(words);
