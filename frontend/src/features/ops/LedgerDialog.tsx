// SPDX-License-Identifier: MIT
// Freezes an account, halts a market, sets a price, or undoes one of them; nothing happens without a reason.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { roots } from '~/api/keys';
import { carryOut, type LedgerAct, ledgerKey } from '~/features/ops/ledger-requests';
import { ReasonDialog } from '~/features/ops/ReasonDialog';
import * as decimal from '~/lib/decimal';
import * as format from '~/lib/format';
import { readTyped } from '~/lib/typed-number';
import { ledger } from '~/text/ledger';
import { Field } from '~/ui/Field';
import { notifyDone } from '~/ui/toast';

const { dialog: words } = ledger;
const HIGHEST_PRICE = '1000000';

export interface LedgerChange {
  act: LedgerAct;
  /** The account or the asset; an account that is empty is to be typed. */
  object: string;
  /** What the asset costs now, where a price is set. */
  price: string | null;
}

interface Props {
  change: LedgerChange;
  onClose: () => void;
  after: () => HTMLElement | null;
}

/** What a price does, said before it is done. */
function effectOf(before: string | null, after: string | null): string {
  if (before === null || decimal.sign(before) === 0) return words.unpriced;
  const now = words.now(format.price(before));
  if (after === null) return now;
  const moved = decimal.percentOf(decimal.subtract(after, before), before);
  return `${now} ${words.moves(format.signedPercent(moved))}`;
}

function readPrice(text: string): string | null {
  const { value } = readTyped(text, ['USD', '$']);
  if (value === null || decimal.sign(value) <= 0) return null;
  return decimal.compare(value, HIGHEST_PRICE) <= 0 ? value : null;
}

export function LedgerDialog({ change, onClose, after }: Props) {
  const { act } = change;
  const cache = useQueryClient();
  const [account, setAccount] = useState(change.object);
  const [typed, setTyped] = useState('');
  const price = readPrice(typed);
  const object = act === 'freeze' || act === 'unfreeze' ? account.trim() : change.object;
  const isAccount = /^[1-9]\d{0,18}$/.test(object);
  const ready = act === 'price_set' ? price !== null : change.object !== '' || isAccount;
  const order = useMutation({
    mutationFn: carryOut,
    onSuccess: (_, { object: done }) => {
      notifyDone({ title: words[act].done(done) });
      void cache.invalidateQueries({ queryKey: ledgerKey });
      void cache.invalidateQueries({ queryKey: roots.market });
      onClose();
    },
  });
  return (
    <ReasonDialog
      title={words[act].title(change.object)}
      text={words[act].text}
      act={words[act].act}
      look={act === 'resume' || act === 'unfreeze' ? 'primary' : 'danger'}
      busy={order.isPending}
      error={order.error}
      ready={ready}
      onSend={(reason) => order.mutate({ act, object, reason, price: price ?? '' })}
      onClose={onClose}
      after={after}
    >
      {(tried) =>
        act === 'price_set' ? (
          <Field
            label={words.price}
            inputMode="decimal"
            maxLength={24}
            autoComplete="off"
            value={typed}
            hint={effectOf(change.price, price)}
            reading={price === null ? null : format.reading(price, 'USD')}
            error={tried && price === null ? words.priceFault : undefined}
            onChange={(event) => setTyped(event.target.value)}
          />
        ) : act === 'freeze' || act === 'unfreeze' ? (
          <Field
            label={words.account}
            hint={words.accountHint}
            inputMode="numeric"
            maxLength={19}
            autoComplete="off"
            readOnly={change.object !== ''}
            value={account}
            error={tried && !isAccount ? words.accountFault : undefined}
            onChange={(event) => {
              setAccount(event.target.value);
              order.reset();
            }}
          />
        ) : null
      }
    </ReasonDialog>
  );
}
