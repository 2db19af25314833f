import { Lexer, type Token, Tokenizer, type Tokens } from 'marked';
import { MAX_MARKDOWN_DEPTH, MAX_MARKDOWN_PARAGRAPH_LENGTH } from '../limits.ts';

/** Lexes GFM in bounded time: over-deep nesting and over-long paragraphs stay literal text. */
export function lexMarkdown(markdown: string): Token[] {
  return new BoundedLexer({ gfm: true, tokenizer: new BoundedTokenizer() }).lex(markdown);
}

class BoundedLexer extends Lexer {
  override inlineTokens(source: string, tokens: Token[] = []): Token[] {
    if (source.length <= MAX_MARKDOWN_PARAGRAPH_LENGTH) return super.inlineTokens(source, tokens);
    tokens.push({ type: 'text', raw: source, text: source, escaped: false });
    return tokens;
  }
}

class BoundedTokenizer extends Tokenizer {
  #depth = 0;

  override blockquote(source: string): Tokens.Blockquote | undefined {
    return this.#deeper(() => super.blockquote(source));
  }

  override list(source: string): Tokens.List | undefined {
    return this.#deeper(() => super.list(source));
  }

  #deeper<T>(tokenize: () => T | undefined): T | undefined {
    if (this.#depth === MAX_MARKDOWN_DEPTH) return undefined;
    this.#depth++;
    try {
      return tokenize();
    } finally {
      this.#depth--;
    }
  }
}
