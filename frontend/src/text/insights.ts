// SPDX-License-Identifier: MIT
import type { Finding } from '~/api/types';

/** What a sentence is made of, written as the user's language writes figures. */
export interface FindingFigures {
  asset: string;
  group: boolean;
  share: string;
  swing: string;
  count: string;
  severity: Finding['severity'];
}

const swings: Record<Finding['severity'], string> = {
  info: 'It has been calm.',
  notice: 'Expect noticeable swings.',
  warning: 'Expect violent swings.',
};

export const insights = {
  title: 'Insights',
  text: 'A short assessment of your portfolio from fixed rules. It is not investment advice.',
  summary: 'Summary',
  findings: 'Findings',
  noFindings: 'No rule had anything to say.',
  writtenByRules: 'Fixed rules',
  writtenBy: (model: string) => `Worded by ${model}`,
  empty: 'Your portfolio is empty.',
  onlyCash: (worth: string) => `Your portfolio is worth ${worth}, all of it in cash and stablecoins.`,
  whole: (worth: string, assets: number, spread: string, cash: string) =>
    `Your portfolio is worth ${worth}, spread over ${spread} ${assets === 1 ? 'asset' : 'assets'}, with ${cash} in cash and stablecoins.`,
  under: (share: string) => `under ${share}`,
  over: (share: string) => `over ${share}`,
  sentences: {
    empty: () => 'Deposit US dollars to start trading.',
    concentration: ({ asset, group, share }) =>
      group
        ? `${asset} and assets pegged to it make up ${share} of your portfolio, so one price decides most of its result.`
        : `${asset} makes up ${share} of your portfolio, so one asset decides most of its result.`,
    cash_drag: ({ share }) => `${share} sits in cash and stablecoins, which neither gain nor lose.`,
    volatility: ({ swing, severity }) =>
      `${swings[severity]} On a typical day its value moves by about ${swing}.`,
    churn: ({ count, share }) =>
      `You placed ${count} orders in seven days and turned over ${share} of the portfolio\u2019s value, so check whether each trade was needed.`,
    drawdown: ({ share }) =>
      `Your holdings are ${share} below what they were worth at their highs of the last 30 days.`,
    diversified: ({ count }) => `It is well spread, as if over ${count} assets of equal size.`,
  } satisfies Record<Finding['rule'], (figures: FindingFigures) => string>,
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
