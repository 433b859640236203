// SPDX-License-Identifier: MIT
import { Dialog } from '@base-ui/react/dialog';
import { IconX } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { common } from '~/text/common';

interface Props {
  open: boolean;
  onClose: () => void;
  title: string;
  text?: string;
  children: ReactNode;
  className?: string;
}

/** A dialog in the middle of the page: focus stays inside, Escape and the cross close it. */
export function Modal({ open, onClose, title, text, children, className = '' }: Props) {
  return (
    <Dialog.Root open={open} onOpenChange={(next) => (next ? undefined : onClose())}>
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop" />
        <Dialog.Popup className={`dialog popup ${className}`}>
          <div className="mb-4 flex items-start justify-between gap-4">
            <Dialog.Title className="font-semibold text-lg">{title}</Dialog.Title>
            <Dialog.Close className="btn btn-icon -mt-2 -mr-3" aria-label={common.close}>
              <IconX size={20} aria-hidden="true" />
            </Dialog.Close>
          </div>
          {text ? <Dialog.Description className="mb-4 text-muted">{text}</Dialog.Description> : null}
          {children}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
