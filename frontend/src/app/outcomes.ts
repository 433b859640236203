// SPDX-License-Identifier: MIT
// Every answer refreshes what it outdates; one that nothing on the screen shows is told in a message that stays.
import type { QueryClient } from '@tanstack/react-query';
import { type Intention, onSettled, resumeIntentions } from '~/api/intention';
import { roots } from '~/api/keys';
import { doneWords, wishOf } from '~/app/intention-words';
import { outcome } from '~/text/outcome';
import { wordsFor } from '~/ui/problem-words';
import { notifyDone, notifyFailed } from '~/ui/toast';

function tell(intention: Intention): void {
  const unseen = intention.watchers === 0;
  // A movement of cash leaves nothing on the page that would say it is done.
  if (intention.state === 'done' && (unseen || intention.kind === 'move')) {
    notifyDone({ ...doneWords(intention), stays: unseen });
  } else if (intention.state === 'refused' && unseen) {
    const { title, help } = wordsFor(intention.error);
    notifyFailed({ title: outcome.refused(wishOf(intention)), text: `${title}. ${help}`, stays: true });
  }
}

/** Gives the way to stop. */
export function reportOutcomes(cache: QueryClient): () => void {
  const stop = onSettled((intention) => {
    tell(intention);
    if (intention.state === 'done') void cache.invalidateQueries({ queryKey: roots.money });
  });
  resumeIntentions();
  return stop;
}
