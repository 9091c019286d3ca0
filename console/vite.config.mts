import { defineConfig } from 'vite';

/** Into the package, beside the compiled library. Nothing is inlined: the console's policy allows files of its own only. */
export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  publicDir: false,
  build: {
    outDir: '../dist/console',
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: false,
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    reportCompressedSize: false,
    license: { fileName: 'LICENSES.md' },
  },
});
