// SPDX-License-Identifier: MIT
// The seasonal gift. The build leaves it out unless it is asked for (CNOP_RED_PACKET=1).
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { claimGift } from '~/api/commands';
import { useIntention } from '~/api/intention';
import { keys } from '~/api/queries';
import { money } from '~/lib/format';
import { redpacket as words } from '~/text/redpacket';
import { Button } from '~/ui/Button';
import { Field } from '~/ui/Field';
import { Modal } from '~/ui/Modal';
import { ProblemPanel } from '~/ui/ProblemPanel';

export function RedPacket() {
  const cache = useQueryClient();
  const intention = useIntention();
  const [open, setOpen] = useState(false);
  const [phrase, setPhrase] = useState('');
  const claim = useMutation({
    mutationFn: (text: string) => claimGift(text, intention.keyFor(text)),
    onSuccess: () => cache.invalidateQueries({ queryKey: keys.money }),
    onSettled: (_, error) => intention.settle(error),
  });
  const gift = claim.data;

  function submit(event: FormEvent) {
    event.preventDefault();
    if (phrase.trim() && !claim.isPending) claim.mutate(phrase.trim());
  }

  return (
    <>
      <button type="button" className="btn btn-quiet mt-6" onClick={() => setOpen(true)}>
        {words.open}
      </button>
      <Modal open={open} onClose={() => setOpen(false)} title={words.title} text={words.text}>
        <form onSubmit={submit} className="flex flex-col gap-4">
          <Field label={words.phrase} value={phrase} onChange={(event) => setPhrase(event.target.value)} />
          {claim.error ? <ProblemPanel error={claim.error} /> : null}
          <p aria-live="polite" className="font-medium">
            {gift ? (gift.got_red_pocket ? words.won : words.consoled)(money(gift.amount)) : null}
          </p>
          <Button type="submit" look="primary" busy={claim.isPending}>
            {words.submit}
          </Button>
        </form>
      </Modal>
    </>
  );
}
