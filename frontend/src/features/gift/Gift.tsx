// SPDX-License-Identifier: MIT
// The daily gift. The build leaves it out unless it is asked for (CNOP_GIFT=1).
import { type FormEvent, useState } from 'react';
import { begin, useIntention, watching } from '~/api/intention';
import { money } from '~/lib/format';
import { gift as words } from '~/text/gift';
import { Button } from '~/ui/Button';
import { Field } from '~/ui/Field';
import { Modal } from '~/ui/Modal';
import { ProblemPanel } from '~/ui/ProblemPanel';

export function Gift() {
  const [open, setOpen] = useState(false);
  const [phrase, setPhrase] = useState('');
  const [key, setKey] = useState<string | null>(null);
  const intention = useIntention('gift', key);
  const given = intention?.answer;
  const sending = intention?.state === 'sending';

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
        <form
          ref={intention ? watching(intention.key) : null}
          onSubmit={submit}
          className="flex flex-col gap-4"
        >
          <Field label={words.phrase} value={phrase} onChange={(event) => setPhrase(event.target.value)} />
          {intention?.error && !sending ? <ProblemPanel error={intention.error} /> : null}
          <p aria-live="polite" className="font-medium">
            {given ? (given.got_red_pocket ? words.won : words.consoled)(money(given.amount)) : null}
          </p>
          <Button type="submit" look="primary" busy={sending}>
            {words.submit}
          </Button>
        </form>
      </Modal>
    </>
  );
}
