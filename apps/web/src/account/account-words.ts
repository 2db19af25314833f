/** Adds the texts about accounts, which are loaded with the first component that shows them. */
import words from '../languages/account.en.json' with { type: 'json' };
import { addTexts } from '../translation/translation.ts';

addTexts(words);
