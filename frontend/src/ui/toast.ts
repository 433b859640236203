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

function notify(tone: ToastData['tone'], { title, text, link, stays }: Message, shownMs: number): void {
  toasts.add({
    title,
    description: text,
    timeout: stays ? 0 : shownMs,
    priority: tone === 'bad' ? 'high' : 'low',
    data: { tone, link } satisfies ToastData,
  });
}

export const notifyDone = (message: Message) => notify('good', message, 8000);
export const notifyFailed = (message: Message) => notify('bad', message, 12_000);
