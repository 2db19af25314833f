/**
 * Addresses of the application. A pattern has parameters by name, `/d/$document`; `toPath` fills them in, and
 * `matchPath` reads them.
 */

/** The patterns, which the router declares. */
export interface Routes {}

export type Pattern = Extract<keyof Routes, string>;

export type Params = Readonly<Record<string, string>>;

export function toPath(pattern: string, params: Params = {}): string {
  return pattern.replace(/\$(\w+)/gu, (written, name: string) =>
    Object.hasOwn(params, name) ? encodeURIComponent(params[name]!) : written,
  );
}

/** Null for a path of another pattern. A slash at the end changes nothing. */
export function matchPath(pattern: string, path: string): Params | null {
  const wanted = partsOf(pattern);
  const parts = partsOf(path);
  if (wanted.length !== parts.length) return null;
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const found = decode(parts[index]!);
    if (found === null) return null;
    if (part.startsWith('$')) params[part.slice(1)] = found;
    else if (part !== found) return null;
  }
  return params;
}

function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '');
}

function decode(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}
