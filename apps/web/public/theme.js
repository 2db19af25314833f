// Sets the theme before the first paint, by the same rule as src/theme/theme.ts.
(() => {
  let choice = 'system';
  try {
    choice = localStorage.getItem('tandem.theme') ?? 'system';
  } catch {
    // Storage is disabled: the system's theme applies.
  }
  const dark =
    choice === 'dark' || (choice !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
})();
