// SPDX-License-Identifier: MIT
// Tells news once over all tabs: in the tab that is looked at, otherwise in the one that reads the stream and, if the
// person allows it, through the browser.
import type { StreamEvent } from '~/api/stream/events';
import { linkOf, type News, newsOf } from '~/app/news';
import { preferences } from '~/lib/preferences';
import { notifyDone, notifyFailed } from '~/ui/toast';

type Message =
  | { kind: 'seen'; tab: string }
  | { kind: 'left'; tab: string }
  | { kind: 'tell'; tab: string; news: News[] };

/** Fills of one order arrive one by one. */
const GATHER_MS = 700;
const MOST = 20;

function show(news: readonly News[], stays: boolean): void {
  for (const one of news) {
    const message = { title: one.title, text: one.text, link: linkOf(one), stays };
    if (one.bad) notifyFailed(message);
    else notifyDone(message);
  }
}

function showInBrowser(news: readonly News[]): void {
  if (!preferences().notices || globalThis.Notification?.permission !== 'granted') return;
  for (const { title, text, orderId } of news) {
    const notice = new Notification(title, { body: text, tag: orderId, icon: '/favicon.svg' });
    notice.onclick = () => window.focus();
  }
}

export interface Notices {
  take(events: readonly StreamEvent[], leads: boolean): void;
  stop(): void;
}

export function createNotices(): Notices {
  const own = crypto.getRandomValues(new Uint32Array(2)).join('-');
  const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('cnop-notices');
  let seen: string | null = null;
  let gathered: StreamEvent[] = [];
  const triggered = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  function hear(message: Message): void {
    if (message.kind === 'seen') seen = message.tab;
    else if (message.kind === 'left') seen = seen === message.tab ? null : seen;
    else if (message.tab === own) show(message.news, false);
  }

  function send(message: Message): void {
    hear(message);
    channel?.postMessage(message);
  }

  function look(): void {
    send({ kind: document.visibilityState === 'visible' ? 'seen' : 'left', tab: own });
  }

  function tell(): void {
    const news = newsOf(gathered, triggered, preferences().hideAmounts).slice(-MOST);
    gathered = [];
    timer = undefined;
    if (news.length === 0) return;
    if (seen) send({ kind: 'tell', tab: seen, news });
    else {
      show(news, true);
      showInBrowser(news);
    }
  }

  const leave = () => send({ kind: 'left', tab: own });
  if (channel) channel.onmessage = ({ data }) => hear(data as Message);
  document.addEventListener('visibilitychange', look);
  window.addEventListener('focus', look);
  window.addEventListener('pagehide', leave);
  look();

  return {
    take(events, leads) {
      const own = leads ? events.filter(({ type }) => type === 'fill' || type === 'order') : [];
      if (own.length === 0) return;
      gathered.push(...own);
      timer ??= setTimeout(tell, GATHER_MS);
    },
    stop() {
      clearTimeout(timer);
      leave();
      document.removeEventListener('visibilitychange', look);
      window.removeEventListener('focus', look);
      window.removeEventListener('pagehide', leave);
      channel?.close();
    },
  };
}
