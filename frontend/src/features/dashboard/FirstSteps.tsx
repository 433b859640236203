// SPDX-License-Identifier: MIT
import { IconCircle, IconCircleCheckFilled } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { transactionsQuery } from '~/api/cash';
import { ordersQuery } from '~/api/trading';
import { paths } from '~/app/paths';
import { dashboard } from '~/text/dashboard';
import { Card } from '~/ui/Card';

const words = dashboard.steps;
export const ROWS = 5;

interface StepProps {
  done: boolean;
  title: string;
  act: string;
  text: string;
  to: string;
}

function Step({ done, title, act, text, to }: StepProps) {
  const Icon = done ? IconCircleCheckFilled : IconCircle;
  return (
    <li className="flex items-start gap-3 p-4">
      <Icon size={22} aria-hidden="true" className={`mt-0.5 shrink-0 ${done ? 'text-up' : 'text-muted'}`} />
      <div className="flex min-w-0 grow flex-col items-start gap-3 xl:flex-row xl:justify-between">
        <div className="min-w-0">
          <p className="font-medium">
            {title} <span className="sr-only">({done ? words.done : words.open})</span>
          </p>
          <p className="text-muted text-sm">{text}</p>
        </div>
        {done ? null : (
          <Link to={to} className="btn btn-small btn-primary shrink-0">
            {act}
            <span className="sr-only">: {title}</span>
          </Link>
        )}
      </div>
    </li>
  );
}

/** What to do first and then, until somebody has deposited and traded; afterwards the children. */
export function FirstSteps({ children }: { children: ReactNode }) {
  const movements = useInfiniteQuery(transactionsQuery(ROWS));
  const orders = useInfiniteQuery(ordersQuery({}, ROWS));
  const deposited = (movements.data?.pages[0]?.total_count ?? 0) > 0;
  const traded = (orders.data?.pages[0]?.data.length ?? 0) > 0;
  if (!movements.data || !orders.data || (deposited && traded)) return children;
  return (
    <Card title={words.title} className="mb-5">
      <ol className="grid divide-y divide-line md:grid-cols-2 md:divide-x md:divide-y-0">
        <Step
          done={deposited}
          title={words.deposit}
          act={dashboard.deposit}
          text={words.depositText}
          to={paths.deposit()}
        />
        <Step
          done={traded}
          title={words.order}
          act={dashboard.trade}
          text={words.orderText}
          to={paths.trading}
        />
      </ol>
    </Card>
  );
}
