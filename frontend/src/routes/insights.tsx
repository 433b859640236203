// SPDX-License-Identifier: MIT
import { pageTitle } from '~/app/meta';
import { InsightsPage } from '~/features/insights/InsightsPage';
import { insights } from '~/text/insights';

export const meta = () => pageTitle(insights.title, insights.text);

export default InsightsPage;
