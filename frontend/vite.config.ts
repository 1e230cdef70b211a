import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** `npm run dev` proxies to a backend on OSPREY_BACKEND (default: the local one). */
const backend = process.env['OSPREY_BACKEND'] ?? 'http://127.0.0.1:8080'

export default defineConfig({
  plugins: [react()],
  build: {
    outDir: 'dist',
    target: 'es2022',
    // Nothing becomes a data: URI, so the content security policy can stay at 'self'.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    host: '127.0.0.1',
    proxy: {
      '/api': backend,
      '/live': { target: backend, ws: true },
    },
  },
})
