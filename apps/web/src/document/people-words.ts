/** Adds the texts about who is here, which are loaded with the first component that shows them. */
import words from '../languages/people.en.json' with { type: 'json' };
import { addTexts } from '../translation/translation.ts';

addTexts(words);
