// SPDX-License-Identifier: MIT
import { Navigate } from 'react-router';
import { paths } from '~/app/paths';

export default function MovedMarket() {
  return <Navigate to={paths.market} replace />;
}
