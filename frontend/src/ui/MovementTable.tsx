// SPDX-License-Identifier: MIT
import { Link } from 'react-router';
import type { Transaction } from '~/api/types';
import { paths } from '~/app/paths';
import { account } from '~/text/account';
import { Amount } from '~/ui/Amount';
import { Change } from '~/ui/Change';
import { Time } from '~/ui/Time';

const words = account.history;

/** Movements of cash: credits and debits with sign, arrow and colour. */
export function MovementTable({ movements }: { movements: readonly Transaction[] }) {
  return (
    <table className="data-table stack-table">
      <caption className="sr-only">{words.title}</caption>
      <thead>
        <tr>
          <th scope="col">{words.time}</th>
          <th scope="col">{words.type}</th>
          <th scope="col">{words.status}</th>
          <th scope="col">{words.order}</th>
          <th scope="col" className="num">
            {words.amount}
          </th>
        </tr>
      </thead>
      <tbody>
        {movements.map((movement) => (
          <tr key={movement.transaction_id}>
            <td data-label={words.time}>
              <Time at={movement.created_at} />
            </td>
            <td data-label={words.type}>{words.types[movement.transaction_type]}</td>
            <td data-label={words.status}>
              <span className={`chip ${movement.status === 'completed' ? 'bg-up-tint text-up' : ''}`}>
                {words.statuses[movement.status]}
              </span>
            </td>
            <td data-label={words.order}>
              {movement.reference_id ? (
                <Link to={paths.order(movement.reference_id)} className="link">
                  {words.seeOrder}
                </Link>
              ) : (
                '–'
              )}
            </td>
            <td data-label={words.amount} className="num">
              <Change value={movement.amount}>
                <Amount value={movement.amount} as="signed" />
              </Change>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
