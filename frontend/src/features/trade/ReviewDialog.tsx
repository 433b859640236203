// SPDX-License-Identifier: MIT
// The last look before an order is placed, and what became of it afterwards.
import { useState } from 'react';
import { useHotkeys } from 'react-hotkeys-hook';
import { Link } from 'react-router';
import type { OrderDraft } from '~/api/commands';
import { outcomeUnknown } from '~/api/intention';
import type { Order, Preview } from '~/api/types';
import { paths } from '~/app/paths';
import { movedTooFar, type Side } from '~/features/trade/input';
import { PreviewLines, Violations } from '~/features/trade/OrderPreview';
import type { Submit } from '~/features/trade/submit';
import * as format from '~/lib/format';
import { trade } from '~/text/trade';
import { Button } from '~/ui/Button';
import { Modal } from '~/ui/Modal';
import { ProblemPanel } from '~/ui/ProblemPanel';

const words = trade.confirm;

function Done({ order, side, onClose }: { order: Order; side: Side; onClose: () => void }) {
  return (
    <div role="status">
      <p className="text-lg">
        {trade.done.sentence(format.quantity(order.quantity), order.asset_id, format.price(order.price))}
      </p>
      <p className="mt-1 text-muted">
        {trade.preview.total[side]}: <span className="num">{format.total(order.total_amount)}</span>
      </p>
      <div className="mt-6 flex flex-wrap gap-3">
        <Link to={paths.order(order.order_id)} className="btn btn-primary grow">
          {trade.done.order}
        </Link>
        <Button className="grow" onClick={onClose}>
          {trade.done.again}
        </Button>
      </div>
    </div>
  );
}

function Undecided({ onAskAgain, busy }: { onAskAgain: () => void; busy: boolean }) {
  return (
    <div role="alert">
      <p>{words.unknown}</p>
      <Button look="primary" className="mt-5 w-full" busy={busy} onClick={onAskAgain}>
        {words.askAgain}
      </Button>
    </div>
  );
}

interface ReadyProps {
  preview: Preview;
  side: Side;
  back: string;
  busy: boolean;
  onPlace: () => void;
}

function Ready({ preview, side, back, busy, onPlace }: ReadyProps) {
  const [agreed, setAgreed] = useState(preview.price);
  const moved = !busy && movedTooFar(agreed, preview.price);
  const act = () => (moved ? setAgreed(preview.price) : onPlace());
  useHotkeys('mod+enter', act, { enabled: preview.accepted && !moved, preventDefault: true });
  return (
    <>
      <PreviewLines preview={preview} side={side} />
      <p className="mt-4 text-muted text-sm">{words.text}</p>
      <div className="mt-4 flex flex-col gap-3" aria-live="polite">
        <Violations preview={preview} back={back} />
        {moved ? (
          <p className="rounded-lg bg-warn-tint p-3.5 text-warn">
            {words.moved(format.price(agreed), format.price(preview.price))}
          </p>
        ) : null}
      </div>
      <Button
        look="primary"
        className="mt-4 w-full"
        busy={busy}
        disabled={!preview.accepted && !busy}
        onClick={act}
      >
        {moved ? words.accept : words.place[side]}
      </Button>
    </>
  );
}

interface Props {
  draft: OrderDraft;
  preview: Preview;
  side: Side;
  back: string;
  submit: Submit;
  onClose: (done: boolean) => void;
}

export function ReviewDialog({ draft, preview, side, back, submit, onClose }: Props) {
  const { placed, error, isPending } = submit;
  const undecided = outcomeUnknown(error);
  const title = placed
    ? trade.done.title[side]
    : undecided
      ? words.unknownTitle
      : error
        ? words.refusedTitle
        : words.title[side];
  return (
    <Modal open onClose={() => onClose(Boolean(placed))} title={title}>
      {placed ? (
        <Done order={placed} side={side} onClose={() => onClose(true)} />
      ) : undecided ? (
        <Undecided busy={isPending} onAskAgain={() => submit.place(draft)} />
      ) : error ? (
        <>
          <ProblemPanel error={error} />
          <Button className="w-full" onClick={() => onClose(false)}>
            {words.change}
          </Button>
        </>
      ) : (
        <Ready
          preview={preview}
          side={side}
          back={back}
          busy={isPending}
          onPlace={() => submit.place(draft)}
        />
      )}
    </Modal>
  );
}
