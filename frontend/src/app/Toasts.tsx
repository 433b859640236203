// SPDX-License-Identifier: MIT
import { Toast } from '@base-ui/react/toast';
import { IconAlertTriangle, IconCircleCheck, IconX } from '@tabler/icons-react';
import { Link } from 'react-router';
import { common } from '~/text/common';
import { type ToastData, toasts } from '~/ui/toast';

function ToastCards() {
  const manager = Toast.useToastManager<ToastData>();
  return manager.toasts.map((toast) => {
    const bad = toast.data?.tone === 'bad';
    const Icon = bad ? IconAlertTriangle : IconCircleCheck;
    return (
      <Toast.Root
        key={toast.id}
        toast={toast}
        className="popup mt-2 w-full"
        swipeDirection={['right', 'down']}
      >
        <Toast.Content className="flex items-start gap-3 p-3.5">
          <Icon size={20} aria-hidden="true" className={`mt-0.5 shrink-0 ${bad ? 'text-down' : 'text-up'}`} />
          <div className="min-w-0 grow">
            <Toast.Title className="font-semibold text-[0.9375rem]" />
            <Toast.Description className="text-muted text-sm" />
            {toast.data?.link ? (
              <Link to={toast.data.link.to} className="link mt-1 inline-block text-sm">
                {toast.data.link.label}
              </Link>
            ) : null}
          </div>
          <Toast.Close className="btn btn-icon btn-small -mt-1 w-8" aria-label={common.close}>
            <IconX size={18} aria-hidden="true" />
          </Toast.Close>
        </Toast.Content>
      </Toast.Root>
    );
  });
}

export function Toasts() {
  return (
    <Toast.Provider toastManager={toasts} limit={4}>
      <Toast.Portal>
        <Toast.Viewport
          aria-label={common.notifications}
          className="fixed right-3 bottom-20 z-60 flex w-[min(24rem,calc(100vw-1.5rem))] flex-col lg:bottom-4"
        >
          <ToastCards />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}
