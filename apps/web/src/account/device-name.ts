/** What a browser and its system are called, as far as the browser says. Later entries contain the names of earlier ones. */
const BROWSERS: readonly (readonly [string, RegExp])[] = [
  ['Edge', /\bEdg(e|A|iOS)?\//],
  ['Opera', /\bOPR\//],
  ['Samsung Internet', /\bSamsungBrowser\//],
  ['Firefox', /\b(Firefox|FxiOS)\//],
  ['Chrome', /\b(Chrome|CriOS)\//],
  ['Safari', /\bSafari\//],
];
const SYSTEMS: readonly (readonly [string, RegExp])[] = [
  ['Android', /\bAndroid\b/],
  ['iPhone', /\biPhone\b/],
  ['iPad', /\biPad\b/],
  ['Windows', /\bWindows\b/],
  ['macOS', /\bMac OS X\b/],
  ['ChromeOS', /\bCrOS\b/],
  ['Linux', /\bLinux\b/],
];

export interface DeviceName {
  readonly browser: string;
  readonly system: string;
}

/** @returns null for a program. */
export function deviceNameOf(agent: string): DeviceName | null {
  const browser = nameIn(BROWSERS, agent);
  const system = nameIn(SYSTEMS, agent);
  return browser === null || system === null ? null : { browser, system };
}

function nameIn(table: readonly (readonly [string, RegExp])[], agent: string): string | null {
  return table.find(([, pattern]) => pattern.test(agent))?.[0] ?? null;
}
