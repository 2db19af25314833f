/**
 * Texts by key, in the format of i18next's catalogues: nested keys, `{{names}}` of values, and plural forms as
 * `key_one`, `key_other` and so on, by the rules of the language.
 */
import { useSyncExternalStore } from 'react';

/** The catalogue's shape, which `languages` declares. */
export interface Catalogue {}

/** Every key. The plural forms of a text are one key. */
export type TextKey = KeysOf<Catalogue>;

type KeysOf<T, Before extends string = ''> = {
  [K in keyof T & string]: T[K] extends string
    ? `${Before}${WithoutForm<K>}`
    : KeysOf<T[K], `${Before}${K}.`>;
}[keyof T & string];

type WithoutForm<K extends string> = K extends `${infer Name}_${Intl.LDMLPluralRule}` ? Name : K;

export type TextValues = Readonly<Record<string, string | number>>;

export type Translate = (key: TextKey, values?: TextValues) => string;

export interface Translation {
  readonly t: Translate;
  readonly language: string;
}

interface Texts {
  readonly [key: string]: string | Texts;
}

interface CollectedTexts {
  [key: string]: string | CollectedTexts;
}

const all: CollectedTexts = {};
let current = createTranslation('en', {});
const listeners = new Set<() => void>();

export function useTranslation(): Translation {
  return useSyncExternalStore(subscribe, () => current);
}

/** For texts outside of React. */
export const translate: Translate = (key, values) => current.t(key, values);

/** The language of `translate`. */
export function currentLanguage(): string {
  return current.language;
}

/** @param texts those of the first screen; a part that is loaded later adds its own */
export function startTranslation(language: string, texts: Texts): void {
  collect(texts, all);
  current = createTranslation(language, all);
  for (const listener of listeners) listener();
}

/** Adds the texts of a part that is loaded when it is used. Nothing that is shown already needs them. */
export function addTexts(texts: Texts): void {
  collect(texts, all);
}

/** A text that is missing is shown as its key. */
export function createTranslation(language: string, texts: Texts): Translation {
  const rules = new Intl.PluralRules(language);
  const translate = (key: string, values: TextValues = {}): string => {
    const form = typeof values['count'] === 'number' ? rules.select(values['count']) : null;
    const text =
      (form === null ? null : (find(texts, `${key}_${form}`) ?? find(texts, `${key}_other`))) ??
      find(texts, key);
    return text === null ? key : fill(text, values);
  };
  return { language, t: translate };
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Parts may have texts under the same name. */
function collect(texts: Texts, into: CollectedTexts): CollectedTexts {
  for (const [key, text] of Object.entries(texts)) {
    const there = into[key];
    into[key] =
      typeof text === 'string' ? text : collect(text, typeof there === 'object' ? there : {});
  }
  return into;
}

function find(texts: Texts, key: string): string | null {
  let found: string | Texts | undefined = texts;
  for (const part of key.split('.')) {
    if (typeof found !== 'object' || !Object.hasOwn(found, part)) return null;
    found = found[part];
  }
  return typeof found === 'string' ? found : null;
}

function fill(text: string, values: TextValues): string {
  return text.replace(/\{\{(\w+)\}\}/gu, (written, name: string) =>
    Object.hasOwn(values, name) ? String(values[name]) : written,
  );
}
