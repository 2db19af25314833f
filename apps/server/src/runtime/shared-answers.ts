/** Answers, such as those of a database, that everyone who asks within a moment shares. Failures are not kept. */
import { LRUCache } from 'lru-cache';
import type { Clock } from './clock.ts';

export interface SharedAnswersOptions {
  /** Who asks later than this after the question asks again, whether it is answered or not. */
  readonly sharedMs: number;
  readonly maxEntries: number;
  readonly clock: Pick<Clock, 'monotonicMs'>;
}

interface Question<T> {
  readonly answer: Promise<T>;
  readonly askedAtMs: number;
}

export class SharedAnswers<T> {
  readonly #options: SharedAnswersOptions;
  readonly #questions: LRUCache<string, Question<T>>;

  constructor(options: SharedAnswersOptions) {
    this.#options = options;
    this.#questions = new LRUCache({ max: options.maxEntries });
  }

  async ask(key: string, find: () => Promise<T>): Promise<T> {
    const { sharedMs, clock } = this.#options;
    const askedAtMs = clock.monotonicMs();
    const known = this.#questions.get(key);
    if (known !== undefined && askedAtMs - known.askedAtMs < sharedMs) return await known.answer;
    const question = { answer: find(), askedAtMs };
    this.#questions.set(key, question);
    try {
      return await question.answer;
    } catch (error) {
      if (this.#questions.peek(key) === question) this.#questions.delete(key);
      throw error;
    }
  }
}
