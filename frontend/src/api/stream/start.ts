// SPDX-License-Identifier: MIT
// The stream of a tab: read by this one or heard from the one that reads, into the cache and into the state that the
// header shows.
import type { QueryClient } from '@tanstack/react-query';
import { GET, renewSession, unwrap } from '~/api/client';
import { type LiveState, setLiveState } from '~/api/live';
import { accessExpiresSoon, accessExpiry, onSession, sessionState } from '~/api/session';
import type { StreamEvent } from '~/api/stream/events';
import { createFeed } from '~/api/stream/feed';
import { createLink, type Link } from '~/api/stream/link';
import { openStream } from '~/api/stream/open';
import type { EventPage, Place } from '~/api/stream/reader';
import { joinTabs } from '~/api/stream/tabs';
import { onPreferences, preferences } from '~/lib/preferences';

type Message =
  | { kind: 'state'; state: LiveState; after: number | null }
  | { kind: 'events'; events: readonly StreamEvent[]; after: number | null }
  | { kind: 'reset'; after: number | null }
  | { kind: 'ask' };

const CHANNEL = 'cnop-stream';
const PULSE_MS = 10_000;
/** The tab that reads sends a sign of life with every ping. */
const DEAF_MS = 60_000;

/** What this tab does with events besides showing them; `leads`: of all tabs, only one is told so. */
export type Listener = (events: readonly StreamEvent[], leads: boolean) => void;

const readEvents = (after: number, signal: AbortSignal): Promise<EventPage> =>
  unwrap(GET('/api/v1/events', { params: { query: { after } }, signal }));

export function startStream(cache: QueryClient, listen: Listener): () => void {
  const feed = createFeed(cache);
  const place: Place = { after: null };
  let link: Link | null = null;
  let leads = false;
  let state: LiveState = 'polling';
  let pulseAt = 0;
  let expiry: string | null = null;
  let deaf: ReturnType<typeof setTimeout> | undefined;

  const show = () => setLiveState(cache, preferences().saveData ? 'saver' : state);
  const tell = () => tabs.send({ kind: 'state', state, after: place.after });

  function setState(next: LiveState): void {
    state = next;
    show();
  }

  function take(events: readonly StreamEvent[]): void {
    feed.add(events);
    listen(events, leads);
  }

  /** A tab that reads may be put to sleep by the browser without giving up its lock. */
  function heard(): void {
    clearTimeout(deaf);
    deaf = setTimeout(() => setState('reconnecting'), DEAF_MS);
  }

  function hear(message: Message): void {
    if (message.kind === 'ask') {
      if (leads) tell();
      return;
    }
    if (leads) return;
    heard();
    const fresh = place.after === null && message.after !== null;
    place.after = message.after;
    if (message.kind === 'events') take(message.events);
    else if (message.kind === 'state') setState(message.state);
    if (message.kind === 'reset' || fresh) feed.reset();
  }

  function connect(): void {
    link?.stop();
    link = null;
    if (!leads || preferences().saveData) return;
    link = createLink({
      place,
      open(after, signal) {
        expiry = accessExpiry();
        return openStream(after, signal);
      },
      readEvents,
      async renew() {
        if (sessionState() !== 'active') return false;
        // Another request has renewed it while the stream was open.
        if (accessExpiry() !== expiry && !accessExpiresSoon()) return true;
        return await renewSession();
      },
      onState(next) {
        setState(next);
        tell();
      },
      onEvents(events) {
        take(events);
        tabs.send({ kind: 'events', events, after: place.after });
      },
      onReset() {
        feed.reset();
        tabs.send({ kind: 'reset', after: place.after });
      },
      onPulse() {
        if (Date.now() - pulseAt < PULSE_MS) return;
        pulseAt = Date.now();
        tell();
      },
    });
  }

  const tabs = joinTabs<Message>(CHANNEL, hear, () => {
    leads = true;
    clearTimeout(deaf);
    connect();
  });
  tabs.send({ kind: 'ask' });

  let person = sessionState();
  const stops = [
    onSession(() => {
      if (sessionState() === person) return;
      person = sessionState();
      // Another person, or nobody: nothing of before is resumed.
      place.after = null;
      connect();
    }),
    onPreferences(() => {
      show();
      if (leads && Boolean(link) === preferences().saveData) connect();
    }),
  ];
  const online = () => link?.hurry();
  window.addEventListener('online', online);
  show();

  return () => {
    window.removeEventListener('online', online);
    for (const stop of stops) stop();
    clearTimeout(deaf);
    link?.stop();
    tabs.stop();
    feed.stop();
  };
}
