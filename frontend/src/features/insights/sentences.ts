// SPDX-License-Identifier: MIT
// Findings in words: the server names rules and figures, the sentences and the way figures are written are ours.
import type { Finding, Insight } from '~/api/types';
import { count, money, percent, wholePercent } from '~/lib/format';
import { insights } from '~/text/insights';

export const RULES_MODEL = 'cnop-rules-1';

/** Whole percent; where rounding would say nothing or everything, it says under 1 or over 99. */
function shareOf(value: string): string {
  const size = Number(value);
  if (size > 0 && size < 0.5) return insights.under(wholePercent('1'));
  if (size < 100 && size >= 99.5) return insights.over(wholePercent('99'));
  return wholePercent(value);
}

export function sentenceOf(finding: Finding): string {
  const value = finding.value ?? '0';
  return insights.sentences[finding.rule]({
    asset: finding.asset_id ?? '',
    group: finding.is_group,
    share: shareOf(value),
    swing: percent(value),
    count: count(finding.count ?? 0),
    severity: finding.severity,
  });
}

/** A language model's own words are shown as they are; the rules' are told anew. */
export function summaryOf(data: Insight): string {
  if (data.model !== RULES_MODEL) return data.summary;
  if (data.findings.some((finding) => finding.rule === 'empty')) return insights.empty;
  const worth = money(data.total_value);
  return data.asset_count === 0
    ? insights.onlyCash(worth)
    : insights.whole(worth, data.asset_count, count(data.asset_count), shareOf(data.cash_percent));
}
