// SPDX-License-Identifier: MIT
import { Dialog } from '@base-ui/react/dialog';
import { IconX } from '@tabler/icons-react';
import { type ReactNode, useRef } from 'react';
import { common } from '~/text/common';

interface Props {
  open: boolean;
  onClose: () => void;
  title: string;
  text?: string;
  children: ReactNode;
  className?: string;
  /** The focus starts on the dialog itself, so that a key pressed too long decides nothing. */
  quiet?: boolean;
  /** Where the focus goes afterwards when what opened the dialog cannot have it. */
  after?: () => HTMLElement | null;
}

/** A dialog in the middle of the page: focus starts at its content and stays inside, Escape and the cross close it. */
export function Modal({ open, onClose, title, text, children, className = '', quiet, after }: Props) {
  const popup = useRef<HTMLDivElement>(null);
  return (
    <Dialog.Root open={open} onOpenChange={(next) => (next ? undefined : onClose())}>
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop" />
        <Dialog.Popup
          ref={popup}
          className={`dialog popup outline-none ${className}`}
          initialFocus={quiet ? popup : true}
          finalFocus={after ?? true}
        >
          <Dialog.Title className="mb-4 pe-10 font-semibold text-lg">{title}</Dialog.Title>
          {text ? <Dialog.Description className="mb-4 text-muted">{text}</Dialog.Description> : null}
          {children}
          {/* The last in order, so that the content has the focus first. */}
          <Dialog.Close className="btn btn-icon absolute end-3 top-4" aria-label={common.close}>
            <IconX size={20} aria-hidden="true" />
          </Dialog.Close>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
