// SPDX-License-Identifier: MIT
// The two states of something asked for that has no answer yet.
import type { ReactNode } from 'react';
import { outcome } from '~/text/outcome';
import { Button } from '~/ui/Button';
import { focusOnce } from '~/ui/focus';
import { Spinner } from '~/ui/Spinner';

export function Sending({ children }: { children?: ReactNode }) {
  return (
    <>
      <p className="flex items-start gap-2" role="status">
        <Spinner label={outcome.sendingTitle} />
        {outcome.sendingText}
      </p>
      {children}
    </>
  );
}

export function Undecided({ onAskAgain }: { onAskAgain: () => void }) {
  return (
    <div role="alert">
      <p>{outcome.unknownText}</p>
      <Button ref={focusOnce} look="primary" className="mt-5 w-full" onClick={onAskAgain}>
        {outcome.askAgain}
      </Button>
    </div>
  );
}
