// SPDX-License-Identifier: MIT
// Blocks an address or lifts its block; nothing happens without a reason.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { isProblem } from '~/api/problem';
import { DurationSelect } from '~/features/ops/DurationSelect';
import { guardKey, setGuard } from '~/features/ops/guard-requests';
import { ReasonDialog } from '~/features/ops/ReasonDialog';
import { guard } from '~/text/guard';
import { Field } from '~/ui/Field';
import { notifyDone } from '~/ui/toast';

const words = guard.dialog;

export interface GuardChange {
  kind: 'block' | 'lift';
  /** Empty: to be typed. */
  address: string;
}

interface Props {
  change: GuardChange;
  onClose: () => void;
  after: () => HTMLElement | null;
}

export function GuardDialog({ change, onClose, after }: Props) {
  const cache = useQueryClient();
  const [address, setAddress] = useState(change.address);
  const [seconds, setSeconds] = useState(86_400);
  const lifts = change.kind === 'lift';
  const order = useMutation({
    mutationFn: setGuard,
    onSuccess: ({ address: done }) => {
      notifyDone({ title: lifts ? guard.lifted(done) : guard.blocked(done) });
      void cache.invalidateQueries({ queryKey: guardKey });
      onClose();
    },
  });
  const refusedAddress =
    isProblem(order.error) && order.error.faults.some(({ field }) => field === 'address');
  return (
    <ReasonDialog
      title={lifts ? words.lift(change.address) : words.block}
      text={lifts ? words.liftText : words.blockText}
      act={lifts ? guard.lift : guard.block}
      look={lifts ? 'primary' : 'danger'}
      busy={order.isPending}
      error={refusedAddress ? null : order.error}
      ready={address.trim() !== ''}
      onSend={(reason) => order.mutate({ address: address.trim(), reason, seconds: lifts ? null : seconds })}
      onClose={onClose}
      after={after}
    >
      {(tried) =>
        lifts ? null : (
          <>
            <Field
              label={words.address}
              hint={words.addressHint}
              maxLength={45}
              autoComplete="off"
              value={address}
              error={refusedAddress || (tried && !address.trim()) ? words.addressFault : undefined}
              onChange={(event) => {
                setAddress(event.target.value);
                order.reset();
              }}
            />
            <DurationSelect words={words} seconds={seconds} onChange={setSeconds} />
          </>
        )
      }
    </ReasonDialog>
  );
}
