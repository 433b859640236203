// SPDX-License-Identifier: MIT
// Silences an alert or ends a silence; nothing happens without a reason.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { DurationSelect } from '~/features/ops/DurationSelect';
import { ReasonDialog } from '~/features/ops/ReasonDialog';
import { alertsKey } from '~/features/ops/requests';
import { changeSilence, silencesKey } from '~/features/ops/silence-requests';
import { silences } from '~/text/silences';
import { notifyDone } from '~/ui/toast';

const words = silences.dialog;

export interface SilenceChange {
  kind: 'silence' | 'end';
  /** Fingerprint of the alert, or id of the silence. */
  id: string;
  /** What is or was silenced. */
  name: string;
}

interface Props {
  change: SilenceChange;
  onClose: () => void;
  after: () => HTMLElement | null;
}

export function SilenceDialog({ change: { kind, id, name }, onClose, after }: Props) {
  const cache = useQueryClient();
  const [seconds, setSeconds] = useState(3600);
  const ends = kind === 'end';
  const order = useMutation({
    mutationFn: changeSilence,
    onSuccess: () => {
      notifyDone({ title: ends ? silences.ended(name) : silences.silenced(name) });
      onClose();
    },
    // also when nobody confirmed it: the list tells
    onSettled: () => {
      void cache.invalidateQueries({ queryKey: silencesKey });
      void cache.invalidateQueries({ queryKey: alertsKey });
    },
  });
  return (
    <ReasonDialog
      title={ends ? words.end(name) : words.silence(name)}
      text={ends ? words.endText : words.silenceText}
      act={ends ? silences.end : silences.silence}
      look={ends ? 'primary' : 'danger'}
      busy={order.isPending}
      error={order.error}
      onSend={(reason) => order.mutate(kind === 'end' ? { kind, id, reason } : { kind, id, reason, seconds })}
      onClose={onClose}
      after={after}
    >
      {() => (ends ? null : <DurationSelect words={words} seconds={seconds} onChange={setSeconds} />)}
    </ReasonDialog>
  );
}
