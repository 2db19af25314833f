/** Adds the texts about who has access, which are loaded with the first component that shows them. */
import words from '../languages/sharing.en.json' with { type: 'json' };
import { addTexts } from '../translation/translation.ts';

addTexts(words);
