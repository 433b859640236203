// SPDX-License-Identifier: MIT
// All tabs share one stream: the tab that holds a lock reads it and tells the others. Browsers hand the lock on when that
// tab goes. Where there are no locks (plain http), each tab is on its own.

export interface Tabs<Message> {
  send(message: Message): void;
  stop(): void;
}

export function joinTabs<Message>(
  name: string,
  onMessage: (message: Message) => void,
  onLead: () => void,
): Tabs<Message> {
  const shared = typeof BroadcastChannel !== 'undefined' && Boolean(navigator.locks);
  const channel = shared ? new BroadcastChannel(name) : null;
  const left = new AbortController();

  if (channel) {
    channel.onmessage = ({ data }) => onMessage(data as Message);
    const hold = () =>
      new Promise<void>((resolve) => {
        left.signal.addEventListener('abort', () => resolve());
        if (left.signal.aborted) resolve();
        else onLead();
      });
    // Refused only when this tab has left before its turn.
    navigator.locks.request(name, { signal: left.signal }, hold).catch(() => {});
  } else onLead();

  return {
    send: (message) => channel?.postMessage(message),
    stop() {
      left.abort();
      channel?.close();
    },
  };
}
