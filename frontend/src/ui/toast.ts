// SPDX-License-Identifier: MIT
// Short messages at the edge of the page, callable from anywhere.
import { Toast } from '@base-ui/react/toast';

export const toasts = Toast.createToastManager();

interface Message {
  title: string;
  text?: string;
  link?: { to: string; label: string };
  /** Until it is closed, for news that nothing else on the page would tell. */
  stays?: boolean;
}

export interface ToastData {
  tone: 'good' | 'bad';
  link?: { to: string; label: string };
}

export function notifyDone({ title, text, link, stays }: Message): void {
  toasts.add({
    title,
    description: text,
    timeout: stays ? 0 : 8000,
    priority: 'low',
    data: { tone: 'good', link } satisfies ToastData,
  });
}

export function notifyFailed({ title, text, link, stays }: Message): void {
  toasts.add({
    title,
    description: text,
    timeout: stays ? 0 : 12_000,
    priority: 'high',
    data: { tone: 'bad', link } satisfies ToastData,
  });
}
