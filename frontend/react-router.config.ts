// SPDX-License-Identifier: MIT
// Static site: every fixed page becomes an HTML file, pages with an id start from the fallback file.
import type { Config } from '@react-router/dev/config';
import { staticPaths } from './src/app/paths.ts';

export default {
  appDirectory: 'src',
  ssr: false,
  prerender: [...staticPaths],
  routeDiscovery: { mode: 'initial' },
} satisfies Config;
