import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { loadEnv } from 'vite';
import { VitePWA } from 'vite-plugin-pwa';
import { defineConfig } from 'vitest/config';
import { firstDocumentBudget } from './build/first-document-budget.ts';
import { OWN_PATHS } from './build/own-paths.ts';
import { withoutUnused } from './build/without-unused.ts';

/** What the server answers by itself; everything else is the application. */
const SERVER_PATHS = [
  ...['/api', '/sync', '/yjs', '/healthz', '/readyz'],
  ...['/sign-in', '/unsubscribe', '^/p/'],
];

/** Compressed scripts that load before somebody can write in the first document. */
const FIRST_DOCUMENT_MAX_BYTES = 300_000;

export default defineConfig(({ mode }) => {
  const target =
    loadEnv(mode, '.', 'TANDEM_')['TANDEM_SERVER'] ??
    `http://localhost:${process.env['PORT'] ?? '3000'}`;
  return {
    // Fixtures of tests.
    assetsInclude: ['**/*.docx'],
    // A library that is found when a worker starts makes the development server reload all pages.
    optimizeDeps: { entries: ['index.html', 'src/import/import-worker.ts'] },
    plugins: [
      react(),
      tailwindcss(),
      withoutUnused(),
      firstDocumentBudget({ maxBytes: FIRST_DOCUMENT_MAX_BYTES }),
      VitePWA({
        // A new version takes over only when the person reloads: see src/runtime/service-worker.ts.
        registerType: 'prompt',
        injectRegister: false,
        manifest: {
          name: 'Tandem',
          short_name: 'Tandem',
          description: 'Write documents together.',
          display: 'standalone',
          start_url: '/',
          background_color: '#fcfcfa',
          theme_color: '#fcfcfa',
          icons: [
            { src: '/icon.svg', sizes: 'any', type: 'image/svg+xml' },
            { src: '/icon-192.png', sizes: '192x192', type: 'image/png' },
            { src: '/icon-512.png', sizes: '512x512', type: 'image/png' },
            { src: '/icon-maskable.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' },
          ],
        },
        workbox: {
          // A page of a first visit loads the parts that it has not loaded yet without the network, too.
          clientsClaim: true,
          globPatterns: ['**/*.{html,js,css,svg,png,woff2}'],
          // Fonts of other alphabets are cached when first used.
          // So are the large libraries of imports and exports, which most people never need.
          globIgnores: [
            '**/inter-{cyrillic,greek,vietnamese}*',
            '**/{docx-export,docx-import,html-import,workspace-reader}-*.js',
          ],
          runtimeCaching: [
            {
              urlPattern: /\/(?:docx-export|docx-import|html-import|workspace-reader)-[\w-]+\.js$/,
              handler: 'CacheFirst',
              options: { cacheName: 'libraries', expiration: { maxEntries: 20 } },
            },
            {
              urlPattern: ({ url }) => url.pathname.endsWith('.woff2'),
              handler: 'CacheFirst',
              options: { cacheName: 'fonts' },
            },
          ],
          navigateFallback: '/index.html',
          navigateFallbackAllowlist: OWN_PATHS,
        },
      }),
    ],
    server: {
      port: 5173,
      strictPort: true,
      proxy: Object.fromEntries(
        SERVER_PATHS.map((path) => [path, { target, ws: path === '/sync' || path === '/yjs' }]),
      ),
    },
    // Readers of file types are loaded when there is such a file.
    worker: { format: 'es' },
    build: {
      target: 'es2023',
      rolldownOptions: {
        // Few large scripts compress better and arrive sooner than many small ones. Each group takes its imports along.
        output: {
          codeSplitting: {
            groups: [
              { name: 'application', tags: ['$initial'], priority: 2 },
              // Other screens have this, too, and do not wait for the editor.
              {
                name: 'screen',
                test: /\/(save-status-chip|components\/menu|moment)\.tsx$|\/ellipsis\.mjs$/u,
                priority: 1,
              },
              { name: 'document', test: /\/src\/document\/document-screen\.tsx$/u },
            ],
          },
        },
      },
    },
    // Stylesheets are loaded unchanged: a test checks the contrast of their colours.
    test: {
      include: ['{src,build}/**/*.test.{ts,tsx}'],
      css: true,
      // These modules read the platform when they load: a test loads them again for each platform.
      server: {
        deps: {
          inline: [/prosemirror-(keymap|commands)/, /w3c-keyname/, /pm\/dist\/(keymap|commands)/],
        },
      },
    },
  };
});
