/**
 * Blocks a database like a tab that holds it open while another wants to delete it.
 *
 * @returns a function that unblocks the database
 */
export async function blockDatabase(name: string): Promise<() => void> {
  const opening = indexedDB.open(name);
  await new Promise((resolve) => opening.addEventListener('success', resolve));
  const deleting = indexedDB.deleteDatabase(name);
  await new Promise((resolve) => deleting.addEventListener('blocked', resolve));
  return () => opening.result.close();
}
