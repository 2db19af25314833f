import { describe, expect, test } from 'vitest';
import css from './tokens.css?raw';

/** WCAG 2.2 AA: 4.5 for text, 3 for what is not text but has to be seen. */
const TEXT = 4.5;
const SHAPE = 3;

const themes = {
  light: variables(/:root\s*\{([^}]*)\}/u),
  dark: {
    ...variables(/:root\s*\{([^}]*)\}/u),
    ...variables(/\[data-theme='dark'\]\s*\{([^}]*)\}/u),
  },
};
const grounds = ['canvas', 'side', 'raise', 'hover'];
const people = Array.from({ length: 8 }, (_, index) => `p${index}`);

describe.each(Object.entries(themes))('%s', (_name, theme) => {
  const contrast = (one: string, other: string) => ratio(color(theme, one), color(theme, other));

  test.each(['ink', 'ink-2', 'ink-3', 'accent', 'bad', 'warn'])(
    '%s is readable on every ground',
    (text) => {
      expect(grounds.filter((ground) => contrast(text, ground) < TEXT)).toEqual([]);
    },
  );

  test('text on the accent colour is readable', () => {
    expect(contrast('on-accent', 'accent')).toBeGreaterThanOrEqual(TEXT);
    expect(contrast('ink', 'accent-soft')).toBeGreaterThanOrEqual(TEXT);
    expect(contrast('ink', 'mark')).toBeGreaterThanOrEqual(TEXT);
  });

  test('the border of a field is visible', () => {
    expect(['canvas', 'raise'].filter((ground) => contrast('line-strong', ground) < SHAPE)).toEqual(
      [],
    );
  });

  test.each(people)('%s is readable, and so is text on it', (person) => {
    expect(contrast(person, 'canvas')).toBeGreaterThanOrEqual(TEXT);
    expect(contrast('on-person', person)).toBeGreaterThanOrEqual(TEXT);
  });

  test('the colours of people differ', () => {
    expect(new Set(people.map((person) => theme[person])).size).toBe(people.length);
  });
});

function variables(block: RegExp): Record<string, string> {
  const body = block.exec(css)?.[1] ?? '';
  return Object.fromEntries(
    [...body.matchAll(/--([\w-]+):\s*([^;]+);/gu)].map(([, name, value]) => [name, value]),
  );
}

function color(theme: Record<string, string>, name: string): string {
  const value = theme[name];
  if (value === undefined || !/^#[0-9a-f]{6}$/u.test(value))
    throw new Error(`${name} is no colour: ${value}`);
  return value;
}

function ratio(one: string, other: string): number {
  const [darker, lighter] = [luminance(one), luminance(other)].toSorted((a, b) => a - b) as [
    number,
    number,
  ];
  return (lighter + 0.05) / (darker + 0.05);
}

/** Relative luminance, https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
function luminance(hex: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
