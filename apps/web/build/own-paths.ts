/**
 * The addresses of the application: see src/router.tsx. Without a network, the service worker answers them. The browser
 * asks for any other, which may be the sign-in of a proxy.
 */
export const OWN_PATHS = [
  /^\/($|\?)/,
  /^\/(?:d|help)\//,
  /^\/(?:templates|trash|admin|administration)(?:$|[/?])/,
];
