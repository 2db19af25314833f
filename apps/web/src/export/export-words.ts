/** Adds the texts about exports, which are loaded with the first component that shows them. */
import words from '../languages/export.en.json' with { type: 'json' };
import { addTexts } from '../translation/translation.ts';

addTexts(words);
