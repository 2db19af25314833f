// A browser whose storage fails at each call (a damaged profile) counts as one that has none: libraries ask it while they
// are loaded, and would stop the page there. A script of its own, because it must run before all of them.
(() => {
  for (const name of ['localStorage', 'sessionStorage']) {
    try {
      window[name].getItem('tandem.theme');
    } catch {
      Reflect.defineProperty(window, name, { value: undefined });
    }
  }
})();
