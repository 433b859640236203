// SPDX-License-Identifier: MIT
// The seasonal gift. The build leaves it out unless it is asked for (CNOP_RED_PACKET=1).
import { type FormEvent, useState } from 'react';
import { begin, useIntention, watching } from '~/api/intention';
import { money } from '~/lib/format';
import { redpacket as words } from '~/text/redpacket';
import { Button } from '~/ui/Button';
import { Field } from '~/ui/Field';
import { Modal } from '~/ui/Modal';
import { ProblemPanel } from '~/ui/ProblemPanel';

export function RedPacket() {
  const [open, setOpen] = useState(false);
  const [phrase, setPhrase] = useState('');
  const [key, setKey] = useState<string | null>(null);
  const claim = useIntention('gift', key);
  const gift = claim?.answer;
  const sending = claim?.state === 'sending';

  function submit(event: FormEvent) {
    event.preventDefault();
    if (phrase.trim() && !sending) setKey(begin('gift', { phrase: phrase.trim() }));
  }

  return (
    <>
      <button type="button" className="btn btn-quiet mt-6" onClick={() => setOpen(true)}>
        {words.open}
      </button>
      <Modal open={open} onClose={() => setOpen(false)} title={words.title} text={words.text}>
        <form ref={claim ? watching(claim.key) : null} onSubmit={submit} className="flex flex-col gap-4">
          <Field label={words.phrase} value={phrase} onChange={(event) => setPhrase(event.target.value)} />
          {claim?.error && !sending ? <ProblemPanel error={claim.error} /> : null}
          <p aria-live="polite" className="font-medium">
            {gift ? (gift.got_red_pocket ? words.won : words.consoled)(money(gift.amount)) : null}
          </p>
          <Button type="submit" look="primary" busy={sending}>
            {words.submit}
          </Button>
        </form>
      </Modal>
    </>
  );
}
