/** Runs `act` for each item, for at most `limit` items at a time. */
export async function forEachConcurrently<T>(
  items: Iterable<T>,
  limit: number,
  act: (item: T) => Promise<unknown>,
): Promise<void> {
  const remaining = items[Symbol.iterator]();
  const work = async (): Promise<void> => {
    for (let next = remaining.next(); next.done !== true; next = remaining.next())
      await act(next.value);
  };
  await Promise.all(Array.from({ length: limit }, work));
}
