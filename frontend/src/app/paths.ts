// SPDX-License-Identifier: MIT
// Every address of the site in one place, for links, the prerender list and the server's rules.

export const paths = {
  landing: '/',
  login: '/login',
  register: '/register',
  dashboard: '/dashboard',
  market: '/market',
  starred: '/market?starred=1',
  asset: (assetId: string) => `/market/${encodeURIComponent(assetId)}`,
  trading: '/trading',
  trade: (assetId: string, action: 'buy' | 'sell') =>
    `/trading?asset=${encodeURIComponent(assetId)}&action=${action}`,
  orders: '/orders',
  order: (orderId: string) => `/orders/${encodeURIComponent(orderId)}`,
  portfolio: '/portfolio',
  holding: (assetId: string) => `/portfolio/${encodeURIComponent(assetId)}`,
  account: '/account',
  /** `back` is offered after the deposit, for instance the order that lacked the money. */
  deposit: (amount?: string, back?: string) =>
    `/account?${new URLSearchParams({ action: 'deposit', ...(amount ? { amount } : {}), ...(back ? { back } : {}) })}`,
  withdraw: '/account?action=withdraw',
  profile: '/profile',
  security: '/profile?tab=security',
  insights: '/insights',
  ops: '/ops',
  opsMetrics: '/ops/metrics',
  opsAlerts: '/ops/alerts',
  opsAudit: '/ops/audit',
  opsLogs: '/ops/logs',
  opsSecurity: '/ops/security',
} as const;

/** Pages without an id in their address: each is written as a finished HTML file by the build. */
export const staticPaths = [
  paths.landing,
  paths.login,
  paths.register,
  paths.dashboard,
  paths.market,
  paths.trading,
  paths.orders,
  paths.portfolio,
  paths.account,
  paths.profile,
  paths.insights,
  paths.ops,
  paths.opsMetrics,
  paths.opsAlerts,
  paths.opsAudit,
  paths.opsLogs,
  paths.opsSecurity,
] as const;

/** Where to go after signing in: only addresses of this site are followed. */
export function safeNext(next: string | null): string {
  if (!next?.startsWith('/') || next.startsWith('//') || next.includes('\\')) return paths.dashboard;
  return next;
}

export function loginPath(from: string): string {
  return `${paths.login}?next=${encodeURIComponent(from)}`;
}

const publicPages = /^\/(login|register|auth|market(\/.*)?|inventory)?\/?$/;

/** Pages that need a session. */
export function isPrivate(pathname: string): boolean {
  return !publicPages.test(pathname);
}
