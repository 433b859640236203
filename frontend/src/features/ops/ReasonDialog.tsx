// SPDX-License-Identifier: MIT
// The second look at what an operator is about to do: what it does, its particulars, and a reason without which
// nothing happens.
import { type FormEvent, type ReactNode, useState } from 'react';
import { reasonWords as words } from '~/text/reason';
import { DialogButtons } from '~/ui/DialogButtons';
import { Field } from '~/ui/Field';
import { Modal } from '~/ui/Modal';
import { ProblemPanel } from '~/ui/ProblemPanel';

interface Props {
  title: string;
  text: string;
  act: string;
  look: 'primary' | 'danger';
  busy: boolean;
  /** What the server said, unless a field says it. */
  error: unknown;
  /** Whether the particulars can be sent; their faults are shown once it was tried. */
  ready?: boolean;
  onSend: (reason: string) => void;
  onClose: () => void;
  after: () => HTMLElement | null;
  /** The particulars. */
  children?: (tried: boolean) => ReactNode;
}

export function ReasonDialog(props: Props) {
  const { title, text, act, look, busy, error, ready = true, onSend, onClose, after, children } = props;
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const send = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (reason.trim() && ready && !busy) onSend(reason.trim());
  };
  return (
    <Modal open onClose={onClose} title={title} text={text} after={after}>
      <form noValidate className="flex flex-col gap-4" onSubmit={send}>
        {children?.(tried)}
        <Field
          label={words.label}
          hint={words.hint}
          maxLength={200}
          autoComplete="off"
          value={reason}
          error={tried && !reason.trim() ? words.missing : undefined}
          onChange={(event) => setReason(event.target.value)}
        />
        {error ? <ProblemPanel error={error} /> : null}
        <DialogButtons act={act} keep={words.keep} look={look} busy={busy} onClose={onClose} />
      </form>
    </Modal>
  );
}
