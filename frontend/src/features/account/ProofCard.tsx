// SPDX-License-Identifier: MIT
import { IconAlertTriangle, IconShieldCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { proofQuery } from '~/api/proof';
import { count } from '~/lib/format';
import { account } from '~/text/account';
import { Card } from '~/ui/Card';
import { ProblemPanel } from '~/ui/ProblemPanel';
import { Skeleton } from '~/ui/Skeleton';
import { Time } from '~/ui/Time';

const words = account.proof;

/** The server's own proof that the books are right. */
export function ProofCard() {
  const proof = useQuery(proofQuery());
  const Icon = proof.data?.balanced ? IconShieldCheck : IconAlertTriangle;
  return (
    <Card title={words.title}>
      {proof.data ? (
        <div className="flex gap-3 p-4">
          <Icon
            size={24}
            aria-hidden="true"
            className={`shrink-0 ${proof.data.balanced ? 'text-up' : 'text-down'}`}
          />
          <div>
            <p className="font-medium">{proof.data.balanced ? words.balanced : words.broken}</p>
            <p className="mt-1 text-muted text-sm">
              {words.sentence(proof.data.assets.length, count(proof.data.journal.seq))}
            </p>
            <p className="mt-1 text-muted text-sm">
              <Time at={proof.data.generated_at} />
            </p>
          </div>
        </div>
      ) : proof.error ? (
        <ProblemPanel error={proof.error} onRetry={() => proof.refetch()} />
      ) : (
        <Skeleton className="m-4 h-20" />
      )}
    </Card>
  );
}
