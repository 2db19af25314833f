/** Adds the texts about files of a page, which are loaded with the first file. */
import words from '../../languages/file-blocks.en.json' with { type: 'json' };
import { addTexts } from '../../translation/translation.ts';

addTexts(words);
