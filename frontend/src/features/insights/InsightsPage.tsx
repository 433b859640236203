// SPDX-License-Identifier: MIT
import { IconAlertTriangle, IconBulb, IconInfoCircle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import type { Finding } from '~/api/types';
import { paths } from '~/app/paths';
import { insightsQuery } from '~/features/insights/requests';
import { RULES_MODEL, sentenceOf, summaryOf } from '~/features/insights/sentences';
import { common } from '~/text/common';
import { insights } from '~/text/insights';
import { Button } from '~/ui/Button';
import { Card } from '~/ui/Card';
import { EmptyState } from '~/ui/EmptyState';
import { PageHeader } from '~/ui/PageHeader';
import { ProblemPanel } from '~/ui/ProblemPanel';
import { Skeleton, SkeletonRows } from '~/ui/Skeleton';
import { Time } from '~/ui/Time';

const looks = {
  info: { Icon: IconInfoCircle, tone: 'bg-tint text-on-tint' },
  notice: { Icon: IconBulb, tone: 'bg-warn-tint text-warn' },
  warning: { Icon: IconAlertTriangle, tone: 'bg-down-tint text-down' },
} as const;

const targets: Record<Finding['rule'], string> = {
  empty: paths.deposit(),
  concentration: paths.portfolio,
  cash_drag: paths.market,
  volatility: paths.portfolio,
  churn: paths.orders,
  drawdown: paths.portfolio,
  diversified: paths.portfolio,
};

function Item({ finding }: { finding: Finding }) {
  const { Icon, tone } = looks[finding.severity];
  return (
    <li className="flex flex-wrap items-start gap-4 p-4">
      <span className={`flex size-10 shrink-0 items-center justify-center rounded-full ${tone}`}>
        <Icon size={20} aria-hidden="true" />
      </span>
      <div className="min-w-0 flex-1 basis-56">
        <h3 className="flex flex-wrap items-center gap-2 font-semibold">
          {insights.rules[finding.rule]}
          <span className={`chip ${tone}`}>{insights.severities[finding.severity]}</span>
        </h3>
        <p className="mt-1 max-w-prose">{sentenceOf(finding)}</p>
      </div>
      <Link to={targets[finding.rule]} className="btn btn-small">
        {insights.act[finding.rule]}
      </Link>
    </li>
  );
}

export function InsightsPage() {
  const insight = useQuery(insightsQuery());
  const data = insight.data;
  return (
    <div className="mx-auto max-w-4xl">
      <PageHeader title={insights.title} text={insights.text}>
        <Button busy={insight.isFetching} onClick={() => insight.refetch()}>
          {common.refresh}
        </Button>
      </PageHeader>
      {insight.error && !data ? (
        <div className="card">
          <ProblemPanel error={insight.error} onRetry={() => insight.refetch()} />
        </div>
      ) : (
        <div className="flex flex-col gap-5">
          <Card title={insights.summary}>
            {data ? (
              <div className="min-h-72 p-4 sm:min-h-40">
                <p className="max-w-prose text-lg leading-relaxed">{summaryOf(data)}</p>
                <p className="mt-4 text-muted text-sm">
                  {data.model === RULES_MODEL ? insights.writtenByRules : insights.writtenBy(data.model)},{' '}
                  <Time at={data.generated_at} />
                </p>
              </div>
            ) : (
              <div className="min-h-72 p-4 sm:min-h-40">
                <Skeleton className="h-24" />
              </div>
            )}
          </Card>
          <Card title={insights.findings}>
            {data && data.findings.length > 0 ? (
              <ul className="divide-y divide-line">
                {data.findings.map((finding) => (
                  <Item key={finding.rule} finding={finding} />
                ))}
              </ul>
            ) : data ? (
              <EmptyState text={insights.noFindings} />
            ) : (
              <SkeletonRows rows={3} className="h-20" />
            )}
          </Card>
        </div>
      )}
    </div>
  );
}
