/** Adds the texts about the tree of documents, which are loaded with the first component that shows them. */
import words from '../languages/tree.en.json' with { type: 'json' };
import { addTexts } from '../translation/translation.ts';

addTexts(words);
