// SPDX-License-Identifier: MIT
// Blocks an address or lifts its block; nothing happens without a reason.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { isProblem } from '~/api/problem';
import { guardKey, setGuard } from '~/features/ops/guard-requests';
import { guard } from '~/text/guard';
import { DialogButtons } from '~/ui/DialogButtons';
import { Field } from '~/ui/Field';
import { Modal } from '~/ui/Modal';
import { ProblemPanel } from '~/ui/ProblemPanel';
import { Select } from '~/ui/Select';
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
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
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
  const send = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (reason.trim() && address.trim()) {
      order.mutate({ address: address.trim(), reason: reason.trim(), seconds: lifts ? null : seconds });
    }
  };
  return (
    <Modal
      open
      onClose={onClose}
      title={lifts ? words.lift(change.address) : words.block}
      text={lifts ? words.liftText : words.blockText}
      after={after}
    >
      <form noValidate className="flex flex-col gap-4" onSubmit={send}>
        {lifts ? null : (
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
            <Select
              label={words.duration}
              value={String(seconds)}
              onChange={(value) => setSeconds(Number(value))}
            >
              {Object.entries(words.durations).map(([value, label]) => (
                <option key={value} value={value}>
                  {label}
                </option>
              ))}
            </Select>
          </>
        )}
        <Field
          label={words.reason}
          hint={words.reasonHint}
          maxLength={200}
          autoComplete="off"
          value={reason}
          error={tried && !reason.trim() ? words.missing : undefined}
          onChange={(event) => setReason(event.target.value)}
        />
        {order.error && !refusedAddress ? <ProblemPanel error={order.error} /> : null}
        <DialogButtons
          act={lifts ? guard.lift : guard.block}
          keep={words.keep}
          look={lifts ? 'primary' : 'danger'}
          busy={order.isPending}
          onClose={onClose}
        />
      </form>
    </Modal>
  );
}
