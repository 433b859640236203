// SPDX-License-Identifier: MIT
// Orders and ledger for operators: the proof, who is frozen, which markets trade.
import { useRef, useState } from 'react';
import { FrozenCard } from '~/features/ops/FrozenCard';
import { type LedgerChange, LedgerDialog } from '~/features/ops/LedgerDialog';
import { LedgerProofCard } from '~/features/ops/LedgerProofCard';
import { MarketsCard } from '~/features/ops/MarketsCard';
import { ledger } from '~/text/ledger';
import { Button } from '~/ui/Button';
import { PageHeader } from '~/ui/PageHeader';

export function LedgerPage() {
  const [change, setChange] = useState<LedgerChange | null>(null);
  const freeze = useRef<HTMLButtonElement>(null);
  return (
    <>
      <PageHeader title={ledger.title} text={ledger.text}>
        <Button
          ref={freeze}
          look="danger"
          onClick={() => setChange({ act: 'freeze', object: '', price: null })}
        >
          {ledger.frozen.freezeOther}
        </Button>
      </PageHeader>
      <div className="flex flex-col gap-6">
        <LedgerProofCard />
        <FrozenCard onChange={setChange} />
        <MarketsCard onChange={setChange} />
      </div>
      {change ? (
        <LedgerDialog
          key={`${change.act} ${change.object}`}
          change={change}
          onClose={() => setChange(null)}
          after={() => freeze.current}
        />
      ) : null}
    </>
  );
}
