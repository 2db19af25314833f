/** Adds the texts about imports, which are loaded with the dialog. */
import words from '../languages/import.en.json' with { type: 'json' };
import { addTexts } from '../translation/translation.ts';

addTexts(words);
