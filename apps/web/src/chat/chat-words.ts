/** Adds the texts of messages, which are loaded with the chat or with comments. */
import words from '../languages/chat.en.json' with { type: 'json' };
import { addTexts } from '../translation/translation.ts';

addTexts(words);
