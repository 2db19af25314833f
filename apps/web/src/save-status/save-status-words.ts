/** Adds the sentences about the save status, which are loaded with the first component that shows them. */
import words from '../languages/save-status.en.json' with { type: 'json' };
import { addTexts } from '../translation/translation.ts';

addTexts(words);
