/**
 * Answers of the database that are needed again and again: what is known is not asked for, and many who ask
 * at one time share one question. Who changes something says `forget`; an answer that is on its way then is
 * nobody's, and is asked for anew.
 */

export interface AsyncCacheOptions<T> {
  /** Null: there is no such thing, which is not remembered. */
  readonly ask: (key: string) => Promise<T | null>;
  readonly maxAnswers: number;
  /** An answer is forgotten when it was not used for so long. */
  readonly keptMs: number;
  /** Whether it is in use all the time. */
  readonly isInUse?: (key: string) => boolean;
}

interface Known<T> {
  readonly answer: T;
  usedAtMs: number;
}

interface Question<T> {
  readonly answer: Promise<T | null>;
  state: 'asked' | 'outdated';
}

export class AsyncCache<T> {
  readonly #options: AsyncCacheOptions<T>;
  /** The one that was used longest ago is the first. */
  readonly #known = new Map<string, Known<T>>();
  readonly #asking = new Map<string, Question<T>>();

  constructor(options: AsyncCacheOptions<T>) {
    this.#options = options;
  }

  get size(): number {
    return this.#known.size;
  }

  /** Rejects as `ask` does. */
  async find(key: string): Promise<T | null> {
    for (;;) {
      const known = this.#use(key, performance.now());
      if (known !== null) return known;
      const question = this.#asking.get(key) ?? this.#ask(key);
      const answer = await question.answer;
      if (question.state !== 'outdated') return answer;
    }
  }

  /** It was in use until now. */
  schedule(key: string): void {
    const known = this.#known.get(key);
    if (known !== undefined) this.#renew(key, known, performance.now());
  }

  forget(key: string): void {
    this.#known.delete(key);
    const question = this.#asking.get(key);
    if (question === undefined) return;
    question.state = 'outdated';
    this.#asking.delete(key);
  }

  clear(): void {
    this.#known.clear();
    for (const key of [...this.#asking.keys()]) this.forget(key);
  }

  #ask(key: string): Question<T> {
    const question: Question<T> = {
      answer: this.#options.ask(key).then(
        (answer) => {
          this.#answered(key, question, answer);
          return answer;
        },
        (error: unknown) => {
          this.#answered(key, question, null);
          throw error;
        },
      ),
      state: 'asked',
    };
    this.#asking.set(key, question);
    return question;
  }

  #answered(key: string, question: Question<T>, answer: T | null): void {
    if (question.state === 'outdated') return;
    this.#asking.delete(key);
    if (answer === null) return;
    const nowMs = performance.now();
    this.#known.set(key, { answer, usedAtMs: nowMs });
    this.#trim(nowMs);
  }

  #use(key: string, nowMs: number): T | null {
    const known = this.#known.get(key);
    if (known === undefined) return null;
    if (this.#isOld(key, known, nowMs)) {
      this.#known.delete(key);
      return null;
    }
    this.#renew(key, known, nowMs);
    return known.answer;
  }

  #renew(key: string, known: Known<T>, nowMs: number): void {
    known.usedAtMs = nowMs;
    this.#known.delete(key);
    this.#known.set(key, known);
  }

  #trim(nowMs: number): void {
    const { maxAnswers, keptMs } = this.#options;
    for (const [key, { usedAtMs }] of this.#known) {
      if (this.#known.size > maxAnswers) this.#known.delete(key);
      else if (nowMs - usedAtMs > keptMs) this.#use(key, nowMs);
      else return;
    }
  }

  #isOld(key: string, { usedAtMs }: Known<T>, nowMs: number): boolean {
    const { keptMs, isInUse } = this.#options;
    return nowMs - usedAtMs > keptMs && isInUse?.(key) !== true;
  }
}
