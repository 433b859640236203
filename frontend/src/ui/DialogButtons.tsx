// SPDX-License-Identifier: MIT
// How a dialog ends: by what it asks for, or by leaving everything as it is.
import { Button, type ButtonLook } from '~/ui/Button';

interface Props {
  act: string;
  keep: string;
  look: ButtonLook;
  busy: boolean;
  disabled?: boolean;
  /** Without it the button sends the form around it. */
  onAct?: () => void;
  onClose: () => void;
}

export function DialogButtons({ act, keep, look, busy, disabled = false, onAct, onClose }: Props) {
  return (
    <div className="flex flex-wrap gap-3">
      <Button
        type={onAct ? 'button' : 'submit'}
        look={look}
        className="grow"
        busy={busy}
        disabled={disabled}
        onClick={onAct}
      >
        {act}
      </Button>
      <Button className="grow" onClick={onClose}>
        {keep}
      </Button>
    </div>
  );
}
