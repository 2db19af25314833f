/**
 * Another tab that holds a database open while a third wants to delete it: until it is let go, nobody gets in.
 *
 * @returns the way to let it go
 */
export async function blockDatabase(name: string): Promise<() => void> {
  const opening = indexedDB.open(name);
  await new Promise((resolve) => opening.addEventListener('success', resolve));
  const deleting = indexedDB.deleteDatabase(name);
  await new Promise((resolve) => deleting.addEventListener('blocked', resolve));
  return () => opening.result.close();
}
