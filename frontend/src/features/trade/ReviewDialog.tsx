// SPDX-License-Identifier: MIT
// The last look before an order is placed, and what became of it afterwards.
import { type RefObject, useState } from 'react';
import { useHotkeys } from 'react-hotkeys-hook';
import { Link } from 'react-router';
import { askAgain, doneBefore, watching } from '~/api/intention';
import type { OrderDraft } from '~/api/trading';
import type { Order, Preview } from '~/api/types';
import { orderWords } from '~/app/order-words';
import { paths } from '~/app/paths';
import { isLimit, movedTooFar, type Side } from '~/features/trade/input';
import { PreviewLines, Violations } from '~/features/trade/OrderPreview';
import type { Review } from '~/features/trade/review';
import * as decimal from '~/lib/decimal';
import * as format from '~/lib/format';
import { useNow } from '~/lib/now';
import { usePreferences } from '~/lib/preferences';
import { dateTime, type Zone } from '~/lib/times';
import { limits } from '~/text/limits';
import { outcome } from '~/text/outcome';
import { stops } from '~/text/stops';
import { trade } from '~/text/trade';
import { Button } from '~/ui/Button';
import { focusOnce } from '~/ui/focus';
import { Modal } from '~/ui/Modal';
import { Sending, Undecided } from '~/ui/Outcome';
import { ProblemPanel } from '~/ui/ProblemPanel';

const words = trade.confirm;

function Done({ order, side, onClose }: { order: Order; side: Side; onClose: () => void }) {
  return (
    <div role="status">
      {orderWords(order).lines.map((line) => (
        <p key={line} className="text-lg">
          {line}
        </p>
      ))}
      {decimal.sign(order.total_amount) > 0 ? (
        <p className="mt-1 text-muted">
          {trade.preview.total[side]}: <span className="num">{format.total(order.total_amount)}</span>
        </p>
      ) : null}
      <div className="mt-6 flex flex-wrap gap-3">
        <Link ref={focusOnce} to={paths.order(order.order_id)} className="btn btn-primary grow">
          {trade.done.order}
        </Link>
        <Button className="grow" onClick={onClose}>
          {trade.done.again}
        </Button>
      </div>
    </div>
  );
}

function textOf(draft: OrderDraft, zone: Zone): string {
  if (!isLimit(draft)) return words.text;
  if (draft.stop_price) return stops.confirm(format.price(draft.stop_price));
  if (draft.expires_at) return limits.confirmUntil(dateTime(draft.expires_at, zone));
  switch (draft.time_in_force) {
    case 'IOC':
    case 'FOK':
      return limits.confirmAtOnce;
    case 'DAY':
      return limits.confirmDay;
    default:
      return limits.confirm;
  }
}

interface ReadyProps {
  draft: OrderDraft;
  preview: Preview;
  side: Side;
  back: string;
  /** Sent and waiting; the button keeps the focus. */
  busy: boolean;
  onPlace: () => void;
}

function Ready({ draft, preview, side, back, busy, onPlace }: ReadyProps) {
  const [agreed, setAgreed] = useState(preview.price);
  const [repeated, setRepeated] = useState(false);
  const now = useNow();
  const { zone } = usePreferences();
  const before = busy || repeated ? null : doneBefore('order', draft);
  const moved = !busy && movedTooFar(agreed, preview.price);
  const clear = before === null && !moved;

  function act() {
    if (before !== null) setRepeated(true);
    else if (moved) setAgreed(preview.price);
    else onPlace();
  }

  useHotkeys('mod+enter', act, { enabled: preview.accepted && clear && !busy, preventDefault: true });
  return (
    <>
      <PreviewLines preview={preview} side={side} />
      <p className="mt-4 text-muted text-sm" aria-live="polite">
        {busy ? outcome.sendingText : textOf(draft, zone)}
      </p>
      <div className="mt-4 flex flex-col gap-3" aria-live="polite">
        <Violations preview={preview} back={back} />
        {before === null ? null : (
          <p className="rounded-lg bg-warn-tint p-3.5 text-warn">
            {words.repeated[side](Math.max(0, Math.round((now - before) / 1000)))}
          </p>
        )}
        {moved ? (
          <p className="rounded-lg bg-warn-tint p-3.5 text-warn">
            {words.moved(format.price(agreed), format.price(preview.price))}
          </p>
        ) : null}
      </div>
      <Button
        look={side}
        className="mt-4 w-full"
        busy={busy}
        disabled={!preview.accepted && !busy}
        onClick={act}
      >
        {before !== null
          ? words.repeat[side]
          : moved
            ? words.accept
            : (isLimit(draft) ? limits : words).place[side]}
      </Button>
    </>
  );
}

interface Props {
  draft: OrderDraft | null;
  preview: Preview | undefined;
  side: Side;
  back: string;
  review: Review;
  /** The button that opened the review is locked while the form is empty. */
  focusAfter: RefObject<HTMLElement | null>;
}

function titleOf({ intention }: Review, side: Side): string {
  switch (intention?.state) {
    case 'done':
      return intention.answer ? orderWords(intention.answer).title : trade.done.title[side];
    case 'sending':
      return outcome.sendingTitle;
    case 'unknown':
      return outcome.unknownTitle;
    case 'refused':
      return words.refusedTitle;
    default:
      return words.title[side];
  }
}

function Answer({ review, side }: { review: Review; side: Side }) {
  const { intention, close } = review;
  if (!intention) return null;
  if (intention.state === 'sending') return <Sending />;
  if (intention.state === 'unknown') return <Undecided onAskAgain={() => askAgain(intention.key)} />;
  if (intention.answer) return <Done order={intention.answer} side={side} onClose={close} />;
  return (
    <>
      <ProblemPanel error={intention.error} />
      <Button ref={focusOnce} className="w-full" onClick={close}>
        {words.change}
      </Button>
    </>
  );
}

export default function ReviewDialog({ draft, preview, side, back, review, focusAfter }: Props) {
  const { intention, place, close } = review;
  const sending = intention?.state === 'sending';
  const ready = draft && preview && (!intention || sending);
  return (
    <Modal open onClose={close} title={titleOf(review, side)} quiet after={() => focusAfter.current}>
      <div ref={intention ? watching(intention.key) : null}>
        {ready ? (
          <Ready draft={draft} preview={preview} side={side} back={back} busy={sending} onPlace={place} />
        ) : (
          <Answer review={review} side={side} />
        )}
      </div>
    </Modal>
  );
}
