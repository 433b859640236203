// SPDX-License-Identifier: MIT
// Build and development server. In development the API is proxied to a running gateway.
import { fileURLToPath } from 'node:url';
import { reactRouter } from '@react-router/dev/vite';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig } from 'vite';

const gateway = process.env.CNOP_GATEWAY_URL ?? 'http://127.0.0.1:8080';

// React, the router and the query cache change together and are needed by every page: one long-cached file.
const vendor =
  /node_modules\/(react|react-dom|react-router|scheduler|@tanstack|openapi-fetch|big\.js|react-error-boundary)\//;

// Our own small pieces that most pages share; one file instead of dozens of tiny ones.
const kit =
  /\/src\/(lib\/(?!api-errors|day-range|indicators|sse|throttle)|api\/(?!stream)|app\/paths|text\/(common|live)|ui\/(?!Amend|Candle|chart|Cancel|Export|OpenOrders|Select|PasswordField|Person|person|form|Modal|toast|Problem))|\/@tabler\/icons-react\//;

export default defineConfig({
  plugins: [tailwindcss(), reactRouter()],
  resolve: { alias: { '~': fileURLToPath(new URL('./src', import.meta.url)) } },
  define: {
    __CNOP_UI_VERSION__: JSON.stringify(process.env.CNOP_VERSION ?? 'development'),
    __CNOP_GIFT__: JSON.stringify(process.env.CNOP_GIFT === '1'),
  },
  server: { proxy: { '/api': gateway, '/health': gateway, '/version': gateway } },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'vendor', test: vendor, priority: 10 },
            { name: 'kit', test: kit, priority: 5 },
          ],
        },
      },
    },
  },
});
