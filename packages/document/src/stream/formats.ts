/**
 * The formats in force at a place of a stream. Equal sets are the same object within one table, so
 * that sets compare by identity and results can be cached per set.
 */
export interface Formats {
  readonly values: Readonly<Record<string, unknown>>;
}

export class FormatTable {
  readonly none: Formats = { values: {} };
  readonly #sets = new Map<string, Formats>([['', this.none]]);
  readonly #steps = new WeakMap<Formats, Map<string, Formats>>();

  with(formats: Formats, name: string, value: unknown): Formats {
    const step = `${name}=${JSON.stringify(value)}`;
    let steps = this.#steps.get(formats);
    if (!steps) this.#steps.set(formats, (steps = new Map()));
    let next = steps.get(step);
    if (!next) steps.set(step, (next = this.#intern(changed(formats.values, name, value))));
    return next;
  }

  #intern(values: Record<string, unknown>): Formats {
    const key = Object.keys(values)
      .toSorted()
      .map((name) => `${JSON.stringify(name)}:${JSON.stringify(values[name])}`)
      .join();
    let formats = this.#sets.get(key);
    if (!formats) this.#sets.set(key, (formats = { values }));
    return formats;
  }
}

function changed(
  values: Readonly<Record<string, unknown>>,
  name: string,
  value: unknown,
): Record<string, unknown> {
  const { [name]: _before, ...others } = values;
  return value === null ? others : { ...others, [name]: value };
}
