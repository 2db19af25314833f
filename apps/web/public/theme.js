// Sets the theme before the first paint. The same rule, with everything after it, is in src/theme/theme.ts.
(() => {
  let choice = 'system';
  try {
    choice = localStorage.getItem('tandem.theme') ?? 'system';
  } catch {
    // Storage is switched off: the system's theme it is.
  }
  const dark =
    choice === 'dark' || (choice !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
})();
