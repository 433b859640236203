// SPDX-License-Identifier: MIT
// What a chip of an unanswered intention opens: wait, ask again, or see what became of it.
import { Link } from 'react-router';
import { askAgain, type Intention, watching } from '~/api/intention';
import { doneWords, wishOf } from '~/app/intention-words';
import { outcome } from '~/text/outcome';
import { Button } from '~/ui/Button';
import { Modal } from '~/ui/Modal';
import { Sending, Undecided } from '~/ui/Outcome';
import { ProblemPanel } from '~/ui/ProblemPanel';

function titleOf(intention: Intention): string {
  if (intention.state === 'done') return doneWords(intention).title;
  if (intention.state === 'refused') return outcome.refused(wishOf(intention));
  return intention.state === 'sending' ? outcome.sendingTitle : outcome.unknownTitle;
}

function Done({ intention, onClose }: { intention: Intention; onClose: () => void }) {
  const { text, link } = doneWords(intention);
  return (
    <div role="status">
      {text ? <p className="text-lg">{text}</p> : null}
      {link ? (
        <Link to={link.to} className="btn btn-primary mt-5 w-full" onClick={onClose}>
          {link.label}
        </Link>
      ) : null}
    </div>
  );
}

export default function IntentionDialog({
  intention,
  onClose,
}: {
  intention: Intention;
  onClose: () => void;
}) {
  const { state, key, error } = intention;
  return (
    <Modal open onClose={onClose} title={titleOf(intention)}>
      <div ref={watching(key)}>
        {state === 'done' ? (
          <Done intention={intention} onClose={onClose} />
        ) : state === 'refused' ? (
          <ProblemPanel error={error} />
        ) : (
          <>
            <p className="mb-3 font-medium">{wishOf(intention)}</p>
            {state === 'sending' ? (
              <Sending>
                <Button className="mt-5 w-full" onClick={onClose}>
                  {outcome.minimise}
                </Button>
              </Sending>
            ) : (
              <Undecided onAskAgain={() => askAgain(key)} />
            )}
          </>
        )}
      </div>
    </Modal>
  );
}
