/** Adds the texts about the files of a document, which are loaded with the first component that shows them. */
import words from '../languages/files.en.json' with { type: 'json' };
import { addTexts } from '../translation/translation.ts';

addTexts(words);
