// SPDX-License-Identifier: MIT
// What is still without an answer and shown nowhere else: small buttons at the edge of every page.
import { IconAlertTriangle } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import { type Intention, isOpen, useIntentions } from '~/api/intention';
import { wishOf } from '~/app/intention-words';
import { outcome } from '~/text/outcome';
import { Spinner } from '~/ui/Spinner';

const IntentionDialog = lazy(() => import('~/app/IntentionDialog'));

function Chip({ intention, onOpen }: { intention: Intention; onOpen: () => void }) {
  const sending = intention.state === 'sending';
  return (
    <button
      type="button"
      className={`btn popup max-w-full ${sending ? '' : 'bg-warn-tint text-warn'}`}
      onClick={onOpen}
    >
      {sending ? (
        <Spinner label="" />
      ) : (
        <IconAlertTriangle size={18} aria-hidden="true" className="shrink-0" />
      )}
      <span className="truncate">{(sending ? outcome.sending : outcome.unknown)(wishOf(intention))}</span>
    </button>
  );
}

export function OpenIntentions() {
  const [opened, setOpened] = useState<string | null>(null);
  const all = useIntentions();
  const shown = all.find(({ key }) => key === opened);
  return (
    <>
      <section
        aria-label={outcome.open}
        aria-live="polite"
        className="fixed bottom-20 left-3 z-40 flex max-w-[calc(100vw-1.5rem)] flex-col items-start gap-2 lg:bottom-4"
      >
        {all
          .filter((one) => isOpen(one) && one.watchers === 0 && one.key !== opened)
          .map((one) => (
            <Chip key={one.key} intention={one} onOpen={() => setOpened(one.key)} />
          ))}
      </section>
      {shown ? (
        <Suspense>
          <IntentionDialog intention={shown} onClose={() => setOpened(null)} />
        </Suspense>
      ) : null}
    </>
  );
}
