// SPDX-License-Identifier: MIT
import { Meter } from '@base-ui/react/meter';
import { useQuery } from '@tanstack/react-query';
import { limitsQuery } from '~/api/cash';
import type { LimitUse } from '~/api/types';
import * as decimal from '~/lib/decimal';
import { money } from '~/lib/format';
import { account } from '~/text/account';
import { Card } from '~/ui/Card';
import { ProblemPanel } from '~/ui/ProblemPanel';
import { Skeleton } from '~/ui/Skeleton';
import { Time } from '~/ui/Time';

const words = account.limits;

function Bar({ label, use }: { label: string; use: LimitUse }) {
  const text = words.used(money(use.used), money(use.limit));
  return (
    <Meter.Root
      value={decimal.forDrawing(decimal.percentOf(use.used, use.limit))}
      getAriaValueText={() => text}
      className="grid grid-cols-[1fr_auto] items-baseline gap-x-3 gap-y-1.5"
    >
      <Meter.Label className="font-medium">{label}</Meter.Label>
      <span className="num text-muted text-sm">{text}</span>
      <Meter.Track className="col-span-2 h-2 overflow-hidden rounded-full bg-line">
        <Meter.Indicator className="h-full rounded-full bg-primary" />
      </Meter.Track>
    </Meter.Root>
  );
}

export function LimitsCard() {
  const limits = useQuery(limitsQuery());
  return (
    <Card title={words.title}>
      {limits.data ? (
        <div className="flex flex-col gap-5 p-4">
          <Bar label={words.deposit} use={limits.data.deposit} />
          <Bar label={words.withdraw} use={limits.data.withdraw} />
          <p className="text-muted text-sm">
            {words.resets}: <Time at={limits.data.resets_at} />
          </p>
        </div>
      ) : limits.error ? (
        <ProblemPanel error={limits.error} onRetry={() => limits.refetch()} />
      ) : (
        <Skeleton className="m-4 h-32" />
      )}
    </Card>
  );
}
