/** Adds the texts about webhooks, which are loaded with the first component that shows them. */
import words from '../languages/webhooks.en.json' with { type: 'json' };
import { addTexts } from '../translation/translation.ts';

addTexts(words);
