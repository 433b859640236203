// SPDX-License-Identifier: MIT
import { pageTitle } from '~/app/meta';
import { HoldingPage } from '~/features/portfolio/HoldingPage';
import { portfolio } from '~/text/portfolio';
import type { Route } from './+types/holding';

export const meta = ({ params }: Route.MetaArgs) =>
  pageTitle(portfolio.history.title(params.assetId.toUpperCase()));

export default function HoldingRoute({ params }: Route.ComponentProps) {
  const assetId = params.assetId.trim().toUpperCase();
  return <HoldingPage key={assetId} assetId={assetId} />;
}
