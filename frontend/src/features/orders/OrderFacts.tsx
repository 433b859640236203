// SPDX-License-Identifier: MIT
// What there is to know about one order, line by line.
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { Order } from '~/api/types';
import { paths } from '~/app/paths';
import * as decimal from '~/lib/decimal';
import * as format from '~/lib/format';
import { limits } from '~/text/limits';
import { orders } from '~/text/orders';
import { Amount } from '~/ui/Amount';
import { CopyText } from '~/ui/CopyText';
import { isBuy, StatusChip, TypeLabel } from '~/ui/OrderBits';
import { Time } from '~/ui/Time';

const words = orders.detail;

function Row({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="flex flex-wrap justify-between gap-x-4 gap-y-1 px-4 py-3">
      <dt className="text-muted">{label}</dt>
      <dd className="ms-auto min-w-0 break-all text-end">{children}</dd>
    </div>
  );
}

/** What market orders have no answer to: they neither wait nor end in between. */
function LimitFacts({ order }: { order: Order }) {
  const { held, reason } = order;
  if (order.time_in_force === undefined) return null;
  const holds = held && decimal.sign(held.amount) > 0 ? held : null;
  return (
    <>
      <Row label={words.filledQuantity}>
        <Amount value={order.filled_quantity ?? '0'} as="quantity" />
      </Row>
      {order.stop_price ? (
        <Row label={order.status === 'pending' ? words.waitsFor : words.waitedFor}>
          <span className="num" title={order.stop_price}>
            {format.price(order.stop_price)}
          </span>
        </Row>
      ) : null}
      <Row label={words.limit}>
        <span className="num" title={order.price}>
          {format.price(order.price)}
        </span>
      </Row>
      {order.average_price ? (
        <Row label={words.averagePrice}>
          <span className="num" title={order.average_price}>
            {format.price(order.average_price)}
          </span>
        </Row>
      ) : null}
      {holds ? (
        <Row label={words.held}>
          {holds.asset_id === 'USD' ? (
            <Amount value={holds.amount} />
          ) : (
            <Amount value={holds.amount} as="quantity" unit={holds.asset_id} />
          )}
        </Row>
      ) : null}
      <Row label={words.term}>{limits.terms[order.time_in_force]}</Row>
      {order.expires_at ? (
        <Row label={words.expires}>
          <Time at={order.expires_at} />
        </Row>
      ) : null}
      {reason ? <Row label={words.reason}>{limits.reasons[reason]}</Row> : null}
    </>
  );
}

export function OrderFacts({ order }: { order: Order }) {
  return (
    <dl className="card divide-y divide-line">
      <Row label={orders.columns.status}>
        <StatusChip status={order.status} />
      </Row>
      <Row label={orders.columns.type}>
        <TypeLabel type={order.order_type} />
      </Row>
      <Row label={orders.columns.asset}>
        <Link to={paths.asset(order.asset_id)} className="link">
          {order.asset_id}
        </Link>
      </Row>
      <Row label={orders.columns.quantity}>
        <Amount value={order.quantity} as="quantity" />
      </Row>
      <LimitFacts order={order} />
      {order.average_price === undefined ? (
        <Row label={orders.columns.price}>
          <span className="num" title={order.price}>
            {format.price(order.price)}
          </span>
        </Row>
      ) : null}
      <Row label={words.fee}>
        <Amount value={order.fee} />
      </Row>
      <Row label={isBuy(order.order_type) ? words.paid : words.received}>
        <strong>
          <Amount value={order.total_amount} as="total" />
        </strong>
      </Row>
      <Row label={words.placed}>
        <Time at={order.created_at} />
      </Row>
      <Row label={words.id}>
        <code>{order.order_id}</code> <CopyText text={order.order_id} />
      </Row>
      {order.client_order_id ? (
        <Row label={words.clientId}>
          <code>{order.client_order_id}</code>
        </Row>
      ) : null}
    </dl>
  );
}
