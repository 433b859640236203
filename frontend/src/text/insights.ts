// SPDX-License-Identifier: MIT
import type { Finding } from '~/api/types';

export const insights = {
  title: 'Insights',
  text: 'A short assessment of your portfolio from fixed rules. It is not investment advice.',
  summary: 'Summary',
  findings: 'Findings',
  noFindings: 'No rule had anything to say.',
  written: 'Written by',
  at: 'at',
  rules: {
    empty: 'Nothing to assess yet',
    concentration: 'Concentration',
    cash_drag: 'Idle cash',
    volatility: 'Volatility',
    churn: 'Frequent trading',
    drawdown: 'Drawdown',
    diversified: 'Diversification',
  } satisfies Record<Finding['rule'], string>,
  severities: {
    info: 'Good to know',
    notice: 'Worth a look',
    warning: 'Attention',
  } satisfies Record<Finding['severity'], string>,
  act: {
    empty: 'Deposit cash',
    concentration: 'See your portfolio',
    cash_drag: 'Browse markets',
    volatility: 'See your portfolio',
    churn: 'See your orders',
    drawdown: 'See your portfolio',
    diversified: 'See your portfolio',
  } satisfies Record<Finding['rule'], string>,
} as const;
