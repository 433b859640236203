// SPDX-License-Identifier: MIT
import { pageTitle } from '~/app/meta';
import { ProfilePage } from '~/features/profile/ProfilePage';
import { profile } from '~/text/profile';

export const meta = () => pageTitle(profile.title, profile.text);

export default ProfilePage;
