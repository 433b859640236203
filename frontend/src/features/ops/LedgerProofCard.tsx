// SPDX-License-Identifier: MIT
// The ledger's own proof, with all of its figures.
import { useQuery } from '@tanstack/react-query';
import { proofQuery } from '~/api/proof';
import type { Proof } from '~/api/types';
import { count } from '~/lib/format';
import { ledger } from '~/text/ledger';
import { Card } from '~/ui/Card';
import { Figure } from '~/ui/Figure';
import { ProblemPanel } from '~/ui/ProblemPanel';
import { Skeleton } from '~/ui/Skeleton';
import { Ago, Time } from '~/ui/Time';

const { proof: words } = ledger;

function Figures({ proof }: { proof: Proof }) {
  const { assets, balanced, journal, verification } = proof;
  const wrong = assets.filter(({ sum }) => !/^-?0(\.0+)?$/.test(sum)).map(({ asset_id }) => asset_id);
  return (
    <div className="flex flex-col gap-4 p-4">
      <div role={balanced ? undefined : 'status'}>
        <p className={`font-medium ${balanced ? 'text-up' : 'text-down'}`}>
          {balanced ? words.balanced : words.broken}
        </p>
        {balanced ? null : <p className="mt-1">{words.brokenText}</p>}
        {wrong.length > 0 ? <p className="wrap-anywhere mt-1">{words.unbalanced(wrong.join(', '))}</p> : null}
        <p className="mt-1 text-muted text-sm">
          <Time at={proof.generated_at} />
        </p>
      </div>
      <dl className="grid grid-cols-2 gap-3 lg:grid-cols-5">
        <Figure label={words.assets}>{words.ofAssets(assets.length - wrong.length, assets.length)}</Figure>
        <Figure label={words.head} below={words.epoch(count(journal.epoch))}>
          {count(journal.seq)}
        </Figure>
        <Figure label={words.verified} below={words.accounts(count(verification.accounts))}>
          {count(verification.journal_seq)}
        </Figure>
        <Figure label={words.age}>
          {/* On a narrow phone it needs two lines. */}
          <span className="[&_time]:whitespace-normal">
            {verification.ended_at ? <Ago at={verification.ended_at} /> : words.never}
          </span>
        </Figure>
        <Figure label={words.findings}>
          <span className={verification.findings > 0 ? 'text-down' : undefined}>
            {count(verification.findings)}
          </span>
        </Figure>
      </dl>
      <p className="text-muted text-sm">
        {words.hash} <code className="break-all">{journal.hash}</code>
      </p>
    </div>
  );
}

export function LedgerProofCard() {
  const proof = useQuery(proofQuery());
  return (
    <Card title={words.title}>
      {proof.data ? (
        <Figures proof={proof.data} />
      ) : proof.error ? (
        <ProblemPanel error={proof.error} onRetry={() => proof.refetch()} />
      ) : (
        <Skeleton className="m-4 h-48" />
      )}
    </Card>
  );
}
