// SPDX-License-Identifier: MIT
// The route table. Addresses follow the reference product; /auth and /inventory are its old names.
import { index, layout, type RouteConfig, route } from '@react-router/dev/routes';

export default [
  layout('routes/shell.tsx', [
    index('routes/landing.tsx'),
    route('login', 'routes/login.tsx'),
    route('register', 'routes/register.tsx'),
    route('market', 'routes/market.tsx'),
    route('market/:assetId', 'routes/asset.tsx'),
    layout('routes/signed-in.tsx', [
      route('dashboard', 'routes/dashboard.tsx'),
      route('trading', 'routes/trading.tsx'),
      route('orders', 'routes/orders.tsx'),
      route('orders/:orderId', 'routes/order.tsx'),
      route('portfolio', 'routes/portfolio.tsx'),
      route('portfolio/:assetId', 'routes/holding.tsx'),
      route('account', 'routes/account.tsx'),
      route('profile', 'routes/profile.tsx'),
      route('insights', 'routes/insights.tsx'),
      layout('routes/ops.tsx', [
        route('ops', 'routes/ops-health.tsx'),
        route('ops/metrics', 'routes/ops-metrics.tsx'),
        route('ops/alerts', 'routes/ops-alerts.tsx'),
        route('ops/audit', 'routes/ops-audit.tsx'),
        route('ops/logs', 'routes/ops-logs.tsx'),
        route('ops/security', 'routes/ops-security.tsx'),
        route('ops/ledger', 'routes/ops-ledger.tsx'),
        route('ops/system', 'routes/ops-system.tsx'),
      ]),
    ]),
    route('auth', 'routes/moved-login.tsx'),
    route('inventory', 'routes/moved-market.tsx'),
    route('*', 'routes/not-found.tsx'),
  ]),
] satisfies RouteConfig;
